#include "run/namespace_settings.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace faultline::run {

bool write_setting(const char* path, const std::string& text)
{
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return written;
}

void map_own_user(uid_t user, gid_t group)
{
    write_setting("/proc/self/setgroups", "deny");
    write_setting("/proc/self/uid_map", fmt::format("{} {} 1", user, user));
    write_setting("/proc/self/gid_map", fmt::format("{} {} 1", group, group));
}

} // namespace faultline::run
