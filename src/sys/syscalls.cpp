#include "sys/syscalls.hpp"

#include "sys/vdso.hpp"

#include <atomic>
#include <cerrno>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::sys {

namespace {

int clock_by_system_call(clockid_t clock, timespec* time)
{
    return static_cast<int>(call(SYS_clock_gettime, clock, address(time)));
}

constinit std::atomic<ClockReader> clock_reader{&clock_by_system_call};

} // namespace

void use_vdso() noexcept
{
    const auto* const header = reinterpret_cast<const void*>(getauxval(AT_SYSINFO_EHDR));
    if (const auto found = find_clock(header)) clock_reader.store(found, std::memory_order_relaxed);
}

std::int64_t now(clockid_t clock) noexcept
{
    timespec time{};
    clock_reader.load(std::memory_order_relaxed)(clock, &time);
    return time.tv_sec * second + time.tv_nsec;
}

bool sleep_until(std::int64_t deadline_ns, bool interruptible) noexcept
{
    const timespec deadline{deadline_ns / second, deadline_ns % second};
    while (call(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, address(&deadline), 0) == -EINTR)
        if (interruptible) return false;
    return true;
}

long write_within_limit(int fd, const void* bytes, std::size_t count) noexcept
{
    struct stat status;
    if (call(SYS_fstat, fd, address(&status)) == 0 && S_ISREG(status.st_mode)) {
        const bool appends = (call(SYS_fcntl, fd, F_GETFL) & O_APPEND) != 0;
        const auto at = appends ? status.st_size : call(SYS_lseek, fd, 0, SEEK_CUR);
        if (static_cast<std::uint64_t>(at) >= file_size_limit()) return -EFBIG;
    }
    return write(fd, bytes, count);
}

int count_numbered(const char* path) noexcept
{
    struct Entry { // linux_dirent64
        std::uint64_t inode;
        std::int64_t offset;
        std::uint16_t length;
        unsigned char type;
        char name[1];
    };
    const int directory = open(path, O_RDONLY | O_DIRECTORY);
    if (directory < 0) return 0;
    alignas(Entry) char bytes[256];
    int count = 0;
    for (long got = 0; (got = call(SYS_getdents64, directory, address(bytes), sizeof bytes)) > 0;)
        for (long at = 0; at < got; at += reinterpret_cast<const Entry*>(bytes + at)->length)
            count += reinterpret_cast<const Entry*>(bytes + at)->name[0] == '.' ? 0 : 1;
    close(directory);
    return count;
}

int count_descriptors() noexcept
{
    const int count = count_numbered("/proc/self/fd");
    return count == 0 ? 0 : count - 1; // the directory itself
}

} // namespace faultline::sys
