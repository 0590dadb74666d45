#include "door/supervisor_process.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <linux/futex.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1UL
#endif

namespace faultline::door {
namespace {

void wait_on(std::atomic<std::uint32_t>& word, std::uint32_t value)
{
    const timespec limit{1, 0};
    ::syscall(SYS_futex, &word, FUTEX_WAIT, value, &limit, nullptr, 0);
}

void tell(std::atomic<std::uint32_t>& word, std::uint32_t value)
{
    word = value;
    ::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

bool has_ended(int pidfd)
{
    pollfd process{pidfd, POLLIN, 0};
    return ::poll(&process, 1, 0) > 0;
}

/// The listener, once the program has one. Negative: it cannot be had. Ends this process where there will be none.
int take_listener(Shared& shared, const std::function<bool()>& is_over)
{
    while (shared.listener == 0) {
        if (is_over()) ::_exit(0); // the command has ended, and no program was started
        wait_on(shared.listener, 0);
    }
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, shared.program.load(), 0));
    const int listener =
        static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, static_cast<int>(shared.listener.load()) - 1, 0));
    const int error = errno;
    ::close(pidfd);
    errno = error;
    return listener;
}

/// A read of the listener that its caller's death leaves without an answer must not stop the rest.
void wake_regularly()
{
    struct sigaction action {};
    action.sa_handler = [](int) {};
    ::sigaction(SIGALRM, &action, nullptr); // no SA_RESTART
    const itimerval every{{0, 100'000}, {0, 100'000}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
}

} // namespace

void become_supervisor(
    Shared& shared, const std::function<void(Shared& shared, int listener, const std::function<void()>& ready)>& serve)
{
    const auto parent = ::getppid();
    ::setsid();
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ})
        ::signal(signal, SIG_IGN);
    ::close_range(0, ~0U, 0); // what the command has open must not stay open for as long as a daemon runs
    // The keeper is there before the program is: else one whose supervisor is killed at once would wait for nothing.
    const int self = static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0));
    const int command = static_cast<int>(::syscall(SYS_pidfd_open, parent, 0));
    const pid_t keeper = ::fork();
    if (keeper == 0) {
        ::prctl(PR_SET_NAME, "faultline-keep");
        const int listener = take_listener(shared, [command] { return has_ended(command); });
        if (listener < 0) ::_exit(0); // of which the supervisor tells
        tell(shared.kept, 1);
        ::close(command);
        keep(shared, listener, self);
    }
    ::prctl(PR_SET_NAME, "faultline-door");
    tell(shared.begun, 1);
    ::close(self);
    ::close(command);
    const int listener = take_listener(shared, [parent] { return ::getppid() != parent; });
    if (listener < 0) {
        std::strncpy(shared.problem, std::strerror(errno), sizeof shared.problem - 1);
        tell(shared.ready, 2);
        ::_exit(1);
    }
    while (shared.kept == 0 && keeper > 0 && ::waitpid(keeper, nullptr, WNOHANG) == 0)
        wait_on(shared.kept, 0);
    ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP); // since Linux 6.6
    wake_regularly();
    serve(shared, listener, [&shared] { tell(shared.ready, 1); });
    shared.ended = 1;
    ::_exit(0);
}

} // namespace faultline::door
