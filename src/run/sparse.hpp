// Files that may be nearly all holes, and so of any size: only what they hold is read.
#pragma once

#include <string>
#include <sys/types.h>
#include <unistd.h>

namespace faultline::run {

/// Calls `use` with the first byte of each range that holds data and the byte behind it, in order.
template <class Use>
void each_data(int fd, const Use& use)
{
    for (off_t data = 0; (data = ::lseek(fd, data, SEEK_DATA)) >= 0;) {
        const auto hole = ::lseek(fd, data, SEEK_HOLE);
        use(data, hole);
        data = hole;
    }
}

/// Copies a regular file, of which the holes stay holes, to a name that is free. Only its owner may use the copy. False:
/// errno says why, and a part may be there.
[[nodiscard]] bool copy_with_holes(const std::string& from, const std::string& to);

} // namespace faultline::run
