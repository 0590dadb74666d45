#include "real_ext4.hpp"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <unistd.h>

namespace faultline::test {
namespace {

// linux/ext4.h is no header for programs.
constexpr unsigned long shutdown_request = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t without_flushing_the_log = 2;

constexpr off_t image_size = 64 << 20;

std::string find_obstacle()
{
    if (::access("/usr/sbin/mkfs.ext4", X_OK) != 0 && ::access("/sbin/mkfs.ext4", X_OK) != 0)
        return "there is no mkfs.ext4 (e2fsprogs)";
    if (auto why = OwnFileSystem::own_mounts(); !why.empty()) return why;
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
    static const std::string found = find_obstacle();
    return found;
}

// Blocks as on a disk of the usual size; a small one would get those of 1 KiB.
RealExt4::RealExt4(const std::string& options)
    : on_("ext4", "mkfs.ext4 -q -b 4096 -E lazy_itable_init=0,lazy_journal_init=0", image_size,
          "commit=300" + (options.empty() ? options : "," + options))
{}

void RealExt4::sync() const
{
    const int fd = ::open(directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || ::syncfs(fd) != 0) fail_with_errno(directory());
    ::close(fd);
}

void RealExt4::cut_power() const
{
    const int fd = ::open(directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto how = without_flushing_the_log;
    if (fd < 0 || ::ioctl(fd, shutdown_request, &how) != 0) fail_with_errno("EXT4_IOC_SHUTDOWN");
    ::close(fd);
}

void RealExt4::break_first_block(int fd)
{
    alignas(fiemap) char room[sizeof(fiemap) + sizeof(fiemap_extent)]{};
    auto& asked = *reinterpret_cast<fiemap*>(room);
    asked.fm_length = 1;
    asked.fm_extent_count = 1;
    if (::ioctl(fd, FS_IOC_FIEMAP, &asked) != 0 || asked.fm_mapped_extents != 1) fail_with_errno("FIEMAP");
    const auto place = reinterpret_cast<const fiemap_extent*>(room + sizeof(fiemap))->fe_physical;
    constexpr off_t block = 4096;
    sync();
    // All of the image has memory, but for this block; and there is no more.
    if (::fallocate(on_.image(), FALLOC_FL_KEEP_SIZE, 0, image_size) != 0 ||
        ::fallocate(on_.image(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(place), block) != 0)
        fail_with_errno("fallocate of the image");
    const std::string page(block, 'x');
    while (::write(on_.filler(), page.data(), page.size()) > 0) {
    }
    if (errno != ENOSPC) fail_with_errno("the filler");
    errno = 0;
}

void RealExt4::heal() const
{
    if (::ftruncate(on_.filler(), 0) != 0) fail_with_errno("the filler");
}

} // namespace faultline::test
