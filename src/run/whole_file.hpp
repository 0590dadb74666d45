// Files that stand there whole or not at all, in directories where others may have been before; and logs, of which only
// the last line may be in part.
#pragma once

#include <string>
#include <string_view>

namespace faultline::run {

/// Writes a file of its own and renames it into place: a link that somebody put there is not followed. Only its owner may
/// read it. False, and nothing has changed, where that failed or where something else than a file has the name.
[[nodiscard]] bool write_whole(const std::string& path, std::string_view text);

/// Appends a line that ends with a line break; `sync`: it is on the disk before this returns. False: errno says why, and a
/// part of the line may be there.
[[nodiscard]] bool append_line(int fd, std::string_view line, bool sync = true);

/// Opens something to read it, and leaves its time of reading alone where it is ours. -1: errno says why.
[[nodiscard]] int open_unnoticed(int directory, const char* name, int flags);

} // namespace faultline::run
