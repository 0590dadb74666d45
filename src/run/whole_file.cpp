#include "run/whole_file.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::run {

bool write_whole(const std::string& path, std::string_view text)
{
    std::error_code error;
    const auto there = std::filesystem::status(path, error);
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) return false;
    const auto temporary = path + ".tmp";
    ::unlink(temporary.c_str());
    std::FILE* const file = std::fopen(temporary.c_str(), "wxe");
    if (file == nullptr) return false;
    ::fchmod(::fileno(file), S_IRUSR | S_IWUSR);
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const bool closed = std::fclose(file) == 0;
    if (written && closed && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
    ::unlink(temporary.c_str());
    return false;
}

bool append_line(int fd, std::string_view line, bool sync)
{
    errno = ENOSPC; // what a short write means
    return ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
           (!sync || ::fdatasync(fd) == 0);
}

int open_unnoticed(int directory, const char* name, int flags)
{
    const int all = O_RDONLY | O_CLOEXEC | flags;
    const int fd = ::openat(directory, name, all | O_NOATIME);
    return fd < 0 && errno == EPERM ? ::openat(directory, name, all) : fd;
}

} // namespace faultline::run
