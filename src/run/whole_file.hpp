// Files that stand there whole or not at all, in directories where others may have been before.
#pragma once

#include <string>
#include <string_view>

namespace faultline::run {

/// Writes a file of its own and renames it into place: a link that somebody put there is not followed. Only its owner may
/// read it. False, and nothing has changed, where that failed or where something else than a file has the name.
[[nodiscard]] bool write_whole(const std::string& path, std::string_view text);

} // namespace faultline::run
