#include "own_file_system.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <stdexcept>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace faultline::test {
namespace {

constexpr off_t spare = 64 << 10;
constexpr const char* covered = "/mnt"; // every Linux has it

std::string enter_own_mounts()
{
    if (::geteuid() != 0) return "this needs root";
    if (::unshare(CLONE_NEWNS) != 0) return fmt::format("no mount namespace can be had: {}", std::strerror(errno));
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", covered, "tmpfs", 0, nullptr) != 0)
        return fmt::format("nothing can be mounted: {}", std::strerror(errno));
    return {};
}

} // namespace

void fail_with_errno(const std::string& what)
{
    throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string OwnFileSystem::own_mounts()
{
    static const std::string found = enter_own_mounts();
    return found;
}

std::string OwnFileSystem::own_directory() { return covered; }

OwnFileSystem::OwnFileSystem(std::string type, const std::string& mkfs, off_t size, std::string options)
    : type_(std::move(type)), options_(std::move(options))
{
    static int count = 0;
    directory_ = fmt::format("{}/{}-{}", covered, type_, ++count);
    if (::mkdir(directory_.c_str(), 0755) != 0) fail_with_errno(directory_);
    // The image's own tmpfs is mounted below it, and out of the way at once: the descriptors are all that holds it.
    const auto memory = fmt::format("size={}", size + spare);
    if (::mount("tmpfs", directory_.c_str(), "tmpfs", 0, memory.c_str()) != 0) fail_with_errno("a tmpfs");
    image_ = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    filler_ = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (image_ < 0 || filler_ < 0 || ::ftruncate(image_, size) != 0) fail_with_errno("an image");
    if (::umount2(directory_.c_str(), MNT_DETACH) != 0) fail_with_errno(directory_);
    loop_.take(image_);
    const auto command = fmt::format("PATH=/usr/sbin:/sbin:$PATH; {} {}", mkfs, loop_.path());
    if (std::system(command.c_str()) != 0) throw std::runtime_error(fmt::format("{} fails", command));
    mount();
}

OwnFileSystem::~OwnFileSystem()
{
    ::umount2(directory_.c_str(), MNT_DETACH);
    for (const int fd : {image_, filler_})
        ::close(fd);
}

void OwnFileSystem::mount_again()
{
    if (::umount(directory_.c_str()) != 0) fail_with_errno(directory_);
    mount();
}

void OwnFileSystem::mount() const
{
    if (::mount(loop_.path().c_str(), directory_.c_str(), type_.c_str(), 0, options_.c_str()) != 0)
        fail_with_errno("mount of " + loop_.path());
}

} // namespace faultline::test
