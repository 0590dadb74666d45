#include "loop_device.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <linux/loop.h>
#include <set>
#include <stdexcept>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace faultline::test {
namespace {

constexpr const char* control_path = "/dev/loop-control";

/// By their names in /sys, which has all that the kernel has.
std::set<std::string> devices_there()
{
    std::set<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator("/sys/block"))
        names.insert(each.path().filename());
    return names;
}

} // namespace

void LoopDevice::take(int image)
{
    const auto before = devices_there();
    const int control = ::open(control_path, O_RDWR | O_CLOEXEC);
    if (control < 0) throw std::runtime_error(fmt::format("{}: {}", control_path, std::strerror(errno)));
    for (int attempt = 0; attempt < 100 && fd_ < 0; ++attempt) { // others look for one too
        number_ = ::ioctl(control, LOOP_CTL_GET_FREE);
        if (number_ < 0) break;
        is_new_ = !before.contains(fmt::format("loop{}", number_));
        path_ = fmt::format("/dev/loop{}", number_);
        fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
        loop_config config{};
        config.fd = static_cast<std::uint32_t>(image);
        config.info.lo_flags = LO_FLAGS_AUTOCLEAR;
        if (fd_ >= 0 && ::ioctl(fd_, LOOP_CONFIGURE, &config) != 0) {
            const int error = errno;
            ::close(std::exchange(fd_, -1));
            errno = error;
            if (error != EBUSY) break;
        }
    }
    const int error = errno;
    ::close(control);
    if (fd_ < 0) throw std::runtime_error(fmt::format("a loop device: {}", std::strerror(error)));
}

LoopDevice::~LoopDevice()
{
    if (fd_ >= 0) ::close(fd_);
    if (!is_new_) return;
    const int control = ::open(control_path, O_RDWR | O_CLOEXEC);
    // The kernel frees it a moment after it was closed.
    for (int attempt = 0; attempt < 100 && ::ioctl(control, LOOP_CTL_REMOVE, number_) < 0 && errno == EBUSY; ++attempt)
        ::usleep(10'000);
    ::close(control);
}

} // namespace faultline::test
