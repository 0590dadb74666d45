#include "real_ext4.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sched.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::test {
namespace {

// linux/ext4.h is no header for programs.
constexpr unsigned long shutdown_request = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t without_flushing_the_log = 2;

constexpr off_t image_size = 64 << 20, spare = 64 << 10;
constexpr const char* covered = "/mnt"; // every Linux has it

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string enter_own_mounts()
{
    if (::geteuid() != 0) return "this needs root";
    if (::access("/usr/sbin/mkfs.ext4", X_OK) != 0 && ::access("/sbin/mkfs.ext4", X_OK) != 0)
        return "there is no mkfs.ext4 (e2fsprogs)";
    if (::unshare(CLONE_NEWNS) != 0) return fmt::format("no mount namespace can be had: {}", std::strerror(errno));
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", covered, "tmpfs", 0, nullptr) != 0)
        return fmt::format("nothing can be mounted: {}", std::strerror(errno));
    try {
        const RealExt4 tried("");
    } catch (const std::exception& error) {
        return fmt::format("no ext4 can be had: {}", error.what());
    }
    return {};
}

} // namespace

std::string RealExt4::obstacle()
{
    static const std::string found = enter_own_mounts();
    return found;
}

std::string RealExt4::own_directory() { return covered; }

RealExt4::RealExt4(const std::string& options) : options_("commit=300" + (options.empty() ? options : "," + options))
{
    static int count = 0;
    directory_ = fmt::format("{}/ext4-{}", covered, ++count);
    if (::mkdir(directory_.c_str(), 0755) != 0) fail(directory_);
    // The image's own tmpfs is mounted below it, and out of the way at once: the descriptors are all that holds it.
    const auto size = fmt::format("size={}", image_size + spare);
    if (::mount("tmpfs", directory_.c_str(), "tmpfs", 0, size.c_str()) != 0) fail("a tmpfs");
    image_ = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    filler_ = ::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (image_ < 0 || filler_ < 0 || ::ftruncate(image_, image_size) != 0) fail("an image");
    if (::umount2(directory_.c_str(), MNT_DETACH) != 0) fail(directory_);
    loop_.take(image_);
    // Blocks as on a disk of the usual size; a small one would get those of 1 KiB.
    const auto command = fmt::format(
        "PATH=/usr/sbin:/sbin:$PATH mkfs.ext4 -q -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 {}", loop_.path());
    if (std::system(command.c_str()) != 0) throw std::runtime_error("mkfs.ext4 fails on " + loop_.path());
    mount();
}

RealExt4::~RealExt4()
{
    ::umount2(directory_.c_str(), MNT_DETACH);
    for (const int fd : {image_, filler_})
        ::close(fd);
}

void RealExt4::mount() const
{
    if (::mount(loop_.path().c_str(), directory_.c_str(), "ext4", 0, options_.c_str()) != 0)
        fail("mount of " + loop_.path());
}

void RealExt4::sync() const
{
    const int fd = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ::syncfs(fd) != 0) fail(directory_);
    ::close(fd);
}

void RealExt4::cut_power() const
{
    const int fd = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto how = without_flushing_the_log;
    if (fd < 0 || ::ioctl(fd, shutdown_request, &how) != 0) fail("EXT4_IOC_SHUTDOWN");
    ::close(fd);
}

void RealExt4::mount_again()
{
    if (::umount(directory_.c_str()) != 0) fail(directory_);
    mount();
}

void RealExt4::break_first_block(int fd)
{
    alignas(fiemap) char room[sizeof(fiemap) + sizeof(fiemap_extent)]{};
    auto& asked = *reinterpret_cast<fiemap*>(room);
    asked.fm_length = 1;
    asked.fm_extent_count = 1;
    if (::ioctl(fd, FS_IOC_FIEMAP, &asked) != 0 || asked.fm_mapped_extents != 1) fail("FIEMAP");
    const auto place = reinterpret_cast<const fiemap_extent*>(room + sizeof(fiemap))->fe_physical;
    constexpr off_t block = 4096;
    sync();
    // All of the image has memory, but for this block; and there is no more.
    if (::fallocate(image_, FALLOC_FL_KEEP_SIZE, 0, image_size) != 0 ||
        ::fallocate(image_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(place), block) != 0)
        fail("fallocate of the image");
    const std::string page(block, 'x');
    while (::write(filler_, page.data(), page.size()) > 0) {
    }
    if (errno != ENOSPC) fail("the filler");
    errno = 0;
}

void RealExt4::heal() const
{
    if (::ftruncate(filler_, 0) != 0) fail("the filler");
}

} // namespace faultline::test
