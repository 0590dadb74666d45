// The one door to the operating system for code that runs inside a host: system calls made directly, so that no hook of
// ours or of anybody else is met. Every function returns the kernel's answer, -errno on failure, and leaves errno
// alone. All may be called at any time: before boot, in a signal handler, in a vfork child, after exit handlers.
#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>

namespace faultline::sys {

inline constexpr std::int64_t second = 1'000'000'000; // in nanoseconds

inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) noexcept
{
#if defined(__x86_64__)
    long result;
    register long r10 asm("r10") = d;
    register long r8 asm("r8") = e;
    register long r9 asm("r9") = f;
    asm volatile("syscall"
                 : "=a"(result)
                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                 : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 asm("x8") = number;
    register long x0 asm("x0") = a;
    register long x1 asm("x1") = b;
    register long x2 asm("x2") = c;
    register long x3 asm("x3") = d;
    register long x4 asm("x4") = e;
    register long x5 asm("x5") = f;
    asm volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
#error "Faultline knows the system call convention of x86-64 and aarch64 only"
#endif
}

inline long address(const void* pointer) noexcept { return reinterpret_cast<long>(pointer); }

inline int open(const char* path, int flags, int mode = 0) noexcept
{
    return static_cast<int>(call(SYS_openat, AT_FDCWD, address(path), flags | O_CLOEXEC, mode));
}
inline long close(int fd) noexcept { return call(SYS_close, fd); }
inline long read(int fd, void* bytes, std::size_t count) noexcept
{
    return call(SYS_read, fd, address(bytes), static_cast<long>(count));
}
inline long write(int fd, const void* bytes, std::size_t count) noexcept
{
    return call(SYS_write, fd, address(bytes), static_cast<long>(count));
}
inline long write_vector(int fd, const iovec* pieces, std::size_t count, std::uint64_t offset) noexcept
{
    return call(SYS_pwritev, fd, address(pieces), static_cast<long>(count), static_cast<long>(offset));
}
inline long allocate(int fd, std::uint64_t offset, std::uint64_t bytes) noexcept
{
    return call(SYS_fallocate, fd, 0, static_cast<long>(offset), static_cast<long>(bytes));
}
inline long unlink(const char* path) noexcept { return call(SYS_unlinkat, AT_FDCWD, address(path), 0); }
inline long rename(const char* from, const char* to) noexcept
{
    return call(SYS_renameat2, AT_FDCWD, address(from), AT_FDCWD, address(to), 0);
}
inline long readlink(const char* path, char* bytes, std::size_t room) noexcept
{
    return call(SYS_readlinkat, AT_FDCWD, address(path), address(bytes), static_cast<long>(room));
}
inline bool exists(const char* path) noexcept { return call(SYS_faccessat, AT_FDCWD, address(path), 0) == 0; }
/// The length of the path, with its NUL.
inline long getcwd(char* bytes, std::size_t room) noexcept
{
    return call(SYS_getcwd, address(bytes), static_cast<long>(room));
}
inline int getpid() noexcept { return static_cast<int>(call(SYS_getpid)); }
inline int getppid() noexcept { return static_cast<int>(call(SYS_getppid)); }
inline int gettid() noexcept { return static_cast<int>(call(SYS_gettid)); }
inline long signal_thread(int pid, int tid, int signal) noexcept { return call(SYS_tgkill, pid, tid, signal); }
inline bool process_exists(int pid) noexcept { return call(SYS_kill, pid, 0) != -3 /* ESRCH */; }
[[noreturn]] inline void exit_group(int status) noexcept
{
    for (;;)
        call(SYS_exit_group, status);
}

/// Whether memory may be read: the eight bytes there, as the kernel copies them in before it finds that it was asked for
/// nothing. Not in a process that shut itself off from system calls.
inline bool readable(const void* at) noexcept
{
    constexpr long no_such_way = -1;
    constexpr long bad_address = -14; // EFAULT
    return call(SYS_rt_sigprocmask, no_such_way, address(at) & ~7L, 0, sizeof(std::uint64_t)) != bad_address;
}
/// The same of `size` bytes, by their first and their last.
inline bool readable(const void* at, std::uint64_t size) noexcept
{
    return size == 0 || (readable(at) && readable(static_cast<const char*>(at) + size - 1));
}

/// A mapping, or nullptr.
inline void* map(void* at, std::uint64_t bytes, int protection, int flags, int fd = -1,
                 std::uint64_t offset = 0) noexcept
{
    const long result =
        call(SYS_mmap, address(at), static_cast<long>(bytes), protection, flags, fd, static_cast<long>(offset));
    return result < 0 && result > -4096 ? nullptr : reinterpret_cast<void*>(result);
}
inline long unmap(void* at, std::uint64_t bytes) noexcept
{
    return call(SYS_munmap, address(at), static_cast<long>(bytes));
}

/// The largest file that this process may write: beyond it the kernel would send SIGXFSZ to the host.
inline std::uint64_t file_size_limit() noexcept
{
    rlimit limit{};
    if (call(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, address(&limit)) != 0) return ~std::uint64_t{0};
    return limit.rlim_cur;
}

/// Writes to a descriptor of which nothing is known, unless the file size limit would have the kernel send SIGXFSZ.
long write_within_limit(int fd, const void* bytes, std::size_t count) noexcept;

/// How many entries with a number for a name a directory of /proc has; 0 where that cannot be told.
int count_numbered(const char* directory) noexcept;
/// How many descriptors this process has open; 0 where that cannot be told.
int count_descriptors() noexcept;

/// Forks a child of our own parent, which waits for it as for us; the number of the child's thread is put into
/// `*thread`, in the child's memory. Runs none of libc's handlers, and libc's own state is the caller's to renew.
inline long fork_as_sibling(int* thread) noexcept
{
    constexpr long flags = CLONE_PARENT | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD;
#if defined(__x86_64__)
    return call(SYS_clone, flags, 0, 0, address(thread), 0);
#else
    return call(SYS_clone, flags, 0, 0, 0, address(thread));
#endif
}

/// Every signal blocked for the length of a step that a handler must not see half done; returns the mask to restore.
inline std::uint64_t block_signals() noexcept
{
    const std::uint64_t all = ~std::uint64_t{0};
    std::uint64_t before = 0;
    call(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, address(&all), address(&before), sizeof all);
    return before;
}
inline void restore_signals(std::uint64_t mask) noexcept
{
    call(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, address(&mask), 0, sizeof mask);
}

/// Waits until the monotonic clock shows `deadline_ns`. With `interruptible` it gives up at the first signal that runs
/// a handler and returns false; else it goes on afterwards.
bool sleep_until(std::int64_t deadline_ns, bool interruptible) noexcept;

/// Nanoseconds of a clock, from the kernel itself: through its vDSO once `use_vdso` was called, so without a system call.
std::int64_t now(clockid_t clock) noexcept;
/// Boot only.
void use_vdso() noexcept;

} // namespace faultline::sys
