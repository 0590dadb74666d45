#include "door/stopped.hpp"

#include "door/shared.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>
#include <ctime>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

namespace faultline::door {
namespace {

bool seize(pid_t tid) noexcept
{
    return ::ptrace(PTRACE_SEIZE, tid, 0, 0) == 0 && ::ptrace(PTRACE_INTERRUPT, tid, 0, 0) == 0;
}

/// Waits for a seized thread that was answered. It stops on its way out of the call, unless it is killed; this thread
/// alone waits for it, and not longer than that. False: it is gone, or did not stop.
bool wait_for_stop(pid_t tid, int& status) noexcept
{
    constexpr int most_looks = 500;
    for (int look = 0; look < most_looks; ++look) {
        const auto stopped = ::waitpid(tid, &status, __WALL | WNOHANG);
        if (stopped != 0) return stopped == tid && WIFSTOPPED(status);
        sys::sleep_until(sys::now(CLOCK_MONOTONIC) + 200'000, false);
    }
    return false;
}

void let_go(pid_t tid, int status) noexcept
{
    // A stop for a signal: it goes on to the thread.
    const bool for_signal = WIFSTOPPED(status) && status >> 16 == 0;
    ::ptrace(PTRACE_DETACH, tid, 0, static_cast<long>(for_signal ? WSTOPSIG(status) : 0));
}

} // namespace

void interrupt_call(int listener, std::uint64_t id, pid_t tid) noexcept
{
    constexpr std::int32_t restart = -512; // ERESTARTSYS; untraced it would reach the program as it is
    const bool seized = seize(tid);
    answer(listener, id, 0, seized ? restart : -EINTR);
    int status = 0;
    if (seized && wait_for_stop(tid, status)) let_go(tid, status);
}

bool exit_from_call(int listener, std::uint64_t id, pid_t tid, std::int32_t exit_status) noexcept
{
    if (!seize(tid)) return false;
    answer(listener, id, 0, -EINTR);
    int status = 0;
    if (!wait_for_stop(tid, status)) return true; // it was killed
#if defined(__x86_64__)
    user_regs_struct registers{};
    const std::uint64_t all_signals = ~std::uint64_t{0}; // no handler of the program's runs before
    ::ptrace(PTRACE_SETSIGMASK, tid, sizeof all_signals, &all_signals);
    if (::ptrace(PTRACE_GETREGS, tid, 0, &registers) == 0) {
        registers.rip -= 2; // the `syscall` that it came from
        registers.rax = SYS_exit_group;
        registers.orig_rax = ~0ULL; // no call is under way that could be made again
        registers.rdi = static_cast<std::uint64_t>(exit_status);
        ::ptrace(PTRACE_SETREGS, tid, 0, &registers);
    }
#endif
    ::ptrace(PTRACE_DETACH, tid, 0, 0);
    return true;
}

} // namespace faultline::door
