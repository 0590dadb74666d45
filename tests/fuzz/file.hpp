// A file in memory that holds a fuzzer's input: what is tested opens files by name.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace faultline::fuzz {

class File {
public:
    File(const std::uint8_t* bytes, std::size_t count) : fd_(::memfd_create("input", MFD_CLOEXEC))
    {
        if (fd_ < 0 || ::write(fd_, bytes, count) != static_cast<ssize_t>(count)) std::abort();
    }
    ~File() { ::close(fd_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

private:
    int fd_;
};

} // namespace faultline::fuzz
