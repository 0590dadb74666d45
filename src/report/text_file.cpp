#include "report/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace faultline::report {

std::string content_of(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    std::string text;
    constexpr std::size_t least = 4096, most = 1 << 20; // at once
    for (std::size_t size = 0, room = least;; room = std::min(2 * room, most)) {
        text.resize(size + room);
        const auto got = ::read(file, text.data() + size, room);
        if (got > 0) size += static_cast<std::size_t>(got);
        if (got > 0 || (got < 0 && errno == EINTR)) continue;
        text.resize(size);
        break;
    }
    ::close(file);
    return text;
}

} // namespace faultline::report
