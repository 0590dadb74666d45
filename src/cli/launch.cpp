#include "cli/launch.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::cli {

namespace {

constexpr std::int64_t patience_ns =
    1'000'000'000; // for what the program leaves behind: not for ever, it may be a daemon
constexpr timespec nap{0, 5'000'000};

volatile pid_t program = 0; // for the signal handler

void forward(int signal)
{
    const int saved = errno;
    if (program > 0) ::kill(program, signal);
    errno = saved;
}

/// The dispositions of the four signals while we wait, and before.
class Signals {
public:
    Signals()
    {
        struct sigaction action = {};
        sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i < count; ++i) {
            action.sa_handler = numbers[i] == SIGINT || numbers[i] == SIGQUIT ? SIG_IGN : &forward;
            ::sigaction(numbers[i], nullptr, &before_[i]);
            // What our caller ignores (nohup), we and the program go on ignoring.
            if (before_[i].sa_handler != SIG_IGN) ::sigaction(numbers[i], &action, nullptr);
        }
    }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals() { restore(); }
    void restore() const
    {
        for (std::size_t i = 0; i < count; ++i)
            ::sigaction(numbers[i], &before_[i], nullptr);
    }

private:
    static constexpr std::size_t count = 4;
    static constexpr int numbers[count] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
    struct sigaction before_[count] = {};
};

std::int64_t monotonic_now()
{
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::vector<char*> pointers(const std::vector<std::string>& texts)
{
    std::vector<char*> result;
    for (const auto& text : texts)
        result.push_back(const_cast<char*>(text.c_str()));
    result.push_back(nullptr);
    return result;
}

/// In the child: becomes the program, or writes the reason to `report` and ends.
[[noreturn]] void execute(const char* path, std::vector<char*>& arguments, std::vector<char*>& environment, int report)
{
    ::execve(path, arguments.data(), environment.data());
    int error = errno;
    if (error == ENOEXEC) { // a script without a first line that says so: a shell's, as execvp has it
        arguments[0] = const_cast<char*>(path);
        arguments.insert(arguments.begin(), const_cast<char*>("/bin/sh"));
        ::execve("/bin/sh", arguments.data(), environment.data());
        error = errno;
    }
    while (::write(report, &error, sizeof error) < 0 && errno == EINTR) {
    }
    ::_exit(127);
}

/// Takes note of one dead child. Returns 1, or 0 where none has died (with WNOHANG), or -1 where there are none.
int reap(Outcome& outcome, int flags)
{
    int status = 0;
    const auto pid = ::waitpid(-1, &status, flags);
    if (pid < 0) return errno == EINTR ? 1 : -1;
    if (pid == 0) return 0;
    outcome.deaths[pid] = {status, monotonic_now()};
    return 1;
}

} // namespace

Outcome launch(const std::string& path, const std::vector<std::string>& arguments,
               const std::vector<std::string>& environment)
{
    Outcome outcome;
    auto argv = pointers(arguments);
    auto envp = pointers(environment);
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) {
        outcome.error = errno;
        return outcome;
    }
    // Descendants whose parents end become our children, so that their ends are known as well.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const Signals signals;
    sigset_t all, mask;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &mask); // no signal may arrive between fork and `program`
    outcome.pid = ::fork();
    if (outcome.pid == 0) {
        signals.restore();
        ::sigprocmask(SIG_SETMASK, &mask, nullptr);
        execute(path.c_str(), argv, envp, report[1]);
    }
    if (outcome.pid < 0) outcome.error = errno;
    program = outcome.pid;
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::close(report[1]);
    int error = 0;
    ssize_t got = 0;
    do
        got = ::read(report[0], &error, sizeof error);
    while (got < 0 && errno == EINTR);
    if (got == sizeof error) outcome.error = error;
    ::close(report[0]);
    if (outcome.pid < 0) return outcome;

    while (!outcome.deaths.contains(outcome.pid) && reap(outcome, 0) > 0) {
    }
    program = 0;
    outcome.status = outcome.deaths[outcome.pid].status;
    const auto end = monotonic_now() + patience_ns;
    int more = 1;
    while (more >= 0 && (more > 0 || monotonic_now() < end)) {
        more = reap(outcome, WNOHANG);
        if (more == 0) ::nanosleep(&nap, nullptr);
    }
    outcome.others_left = more == 0;
    return outcome;
}

std::string ending(int status)
{
    if (WIFEXITED(status)) return fmt::format("exited {}", WEXITSTATUS(status));
    const char* const name = sigabbrev_np(WTERMSIG(status));
    return name != nullptr ? fmt::format("killed by SIG{}", name)
                           : fmt::format("killed by signal {}", WTERMSIG(status));
}

int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

} // namespace faultline::cli
