#include "explore/enclosure.hpp"

#include "explore/crash.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::explore {

namespace {

struct Request {
    std::uint32_t command = 0;
    bool traced = false;
    std::int64_t limit_ns = 0;
};

struct Hello {
    int error = 0; // errno of what it cannot do without
    bool mounts = false, processes = false;
    int refused = 0; // errno of what the kernel did not allow
};

std::int64_t now_ns()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

double cpu_of_children()
{
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto seconds = [](timeval time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

bool write_file(const char* path, const std::string& text)
{
    const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(fd);
    return written;
}

/// Forks into namespaces of its own, where the kernel allows it. Returns as fork does.
pid_t fork_isolated(Hello& hello)
{
    const long own = SIGCHLD | CLONE_NEWNS | CLONE_NEWPID;
    auto pid = ::syscall(SYS_clone, own, nullptr, nullptr, nullptr, nullptr);
    hello.mounts = hello.processes = pid >= 0;
    if (pid >= 0) return static_cast<pid_t>(pid);
    hello.refused = errno;
    const auto user = ::getuid();
    const auto group = ::getgid();
    pid = ::syscall(SYS_clone, own | CLONE_NEWUSER, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0) {
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", fmt::format("{} {} 1", user, user));
        write_file("/proc/self/gid_map", fmt::format("{} {} 1", group, group));
    }
    hello.mounts = hello.processes = pid >= 0;
    if (pid >= 0) return static_cast<pid_t>(pid);
    return ::fork();
}

/// The process itself, after the fork: waits for requests, runs, answers.
class Servant {
public:
    Servant(const Surroundings& surroundings, const std::string& directory, int channel)
        : surroundings_(surroundings), directory_(directory), channel_(channel)
    {}

    [[noreturn]] void serve(Hello hello)
    {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        isolated_ = hello.processes;
        if (hello.mounts) mounted_ = hello.mounts = arrange(hello);
        sigset_t children;
        sigemptyset(&children);
        sigaddset(&children, SIGCHLD);
        ::sigprocmask(SIG_BLOCK, &children, nullptr);
        if (::send(channel_, &hello, sizeof hello, MSG_NOSIGNAL) != sizeof hello) ::_exit(0);
        Request request;
        while (::recv(channel_, &request, sizeof request, 0) == sizeof request) {
            const auto end = run(request);
            if (::send(channel_, &end, sizeof end, MSG_NOSIGNAL) != sizeof end) break;
        }
        end_all();
        ::_exit(0);
    }

private:
    /// The view and the copy of the working directory, at their places.
    bool arrange(Hello& hello)
    {
        const auto fails = [&hello] {
            hello.refused = errno;
            return false;
        };
        if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return fails();
        static_cast<void>(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));
        if (::mount(directory_.c_str(), surroundings_.view.c_str(), nullptr, MS_BIND, nullptr) != 0) return fails();
        if (!surroundings_.in_place && ::mount((surroundings_.view + "/work").c_str(), surroundings_.working.c_str(),
                                               nullptr, MS_BIND, nullptr) != 0)
            return fails();
        return true;
    }

    End run(const Request& request)
    {
        const auto& command = surroundings_.commands[request.command];
        // The same process numbers in each run, where we may choose them.
        if (isolated_) write_file("/proc/sys/kernel/ns_last_pid", "1000");
        End end;
        const auto began = now_ns();
        const auto cpu_before = cpu_of_children();
        if (request.traced) ::unlink((directory_here() + "/crash").c_str());
        int go[2];
        if (::pipe2(go, O_CLOEXEC) != 0) return end;
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::close(go[1]);
            become(command, go[0]);
        }
        ::close(go[0]);
        CrashWatch watch(directory_here() + "/crash");
        if (request.traced) watch.seize(pid);
        ::close(go[1]); // now it may begin
        wait(pid, began + request.limit_ns, request.traced ? &watch : nullptr, end);
        end.seconds = static_cast<double>(now_ns() - began) / 1e9;
        end_all();
        end.cpu_seconds = cpu_of_children() - cpu_before;
        return end;
    }

    [[nodiscard]] std::string directory_here() const { return mounted_ ? surroundings_.view : directory_; }

    [[noreturn]] void become(const Command& command, int go)
    {
        char byte = 0;
        while (::read(go, &byte, 1) < 0 && errno == EINTR) {
        }
        ::setsid();
        if (!isolated_) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        for (int signal = 1; signal < NSIG; ++signal)
            ::signal(signal, SIG_DFL);
        limit(RLIMIT_CORE, 0);
        limit(RLIMIT_NOFILE, surroundings_.most_files);
        limit(RLIMIT_FSIZE, surroundings_.most_file_bytes);
        if (surroundings_.most_data_bytes != 0) limit(RLIMIT_DATA, surroundings_.most_data_bytes);
        ::personality(ADDR_NO_RANDOMIZE);
        const auto here = directory_here();
        const auto out = here + (command.looked_at ? "/out" : "/other");
        const auto err = here + (command.looked_at ? "/err" : "/other");
        constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
        attach(surroundings_.input.empty() ? "/dev/null" : surroundings_.input.c_str(), O_RDONLY, 0);
        attach(out.c_str(), flags, 1);
        if (command.looked_at)
            attach(err.c_str(), flags, 2);
        else
            ::dup2(1, 2);
        ::umask(022);
        const auto start = mounted_ || surroundings_.in_place ? surroundings_.working : here + "/work";
        if (::chdir(start.c_str()) != 0) ::_exit(126);
        ::syscall(SYS_close_range, 3, ~0U, 0);
        std::vector<char*> arguments, environment;
        for (const auto& each : command.arguments)
            arguments.push_back(const_cast<char*>(each.c_str()));
        arguments.push_back(nullptr);
        for (const auto& each : command.environment)
            environment.push_back(const_cast<char*>(each.c_str()));
        environment.push_back(nullptr);
        ::execve(command.path.c_str(), arguments.data(), environment.data());
        if (errno == ENOEXEC) { // a script without a first line that says so
            arguments[0] = const_cast<char*>(command.path.c_str());
            arguments.insert(arguments.begin(), const_cast<char*>("/bin/sh"));
            ::execve("/bin/sh", arguments.data(), environment.data());
        }
        ::_exit(127);
    }

    static void attach(const char* path, int flags, int to)
    {
        const int fd = ::open(path, flags, 0600);
        if (fd < 0) ::_exit(126);
        if (fd == to) return;
        ::dup2(fd, to);
        ::close(fd);
    }

    static void limit(__rlimit_resource what, std::uint64_t most)
    {
        rlimit both{};
        ::getrlimit(what, &both);
        both.rlim_max = std::min<rlim_t>(both.rlim_max, most);
        both.rlim_cur = both.rlim_max;
        ::setrlimit(what, &both);
    }

    /// Waits for the command's end, then a moment for what it left behind.
    void wait(pid_t command, std::int64_t deadline, CrashWatch* watch, End& end) const
    {
        constexpr std::int64_t moment = 100'000'000;
        bool ended = false;
        for (;;) {
            int status = 0;
            const auto pid = ::waitpid(-1, &status, WNOHANG | __WALL);
            if (pid < 0 && errno == ECHILD) return; // nothing is left
            if (pid > 0) {
                if (watch != nullptr && watch->handles(pid, status)) continue;
                if (pid != command) continue;
                end.status = status;
                ended = true;
                deadline = std::min(deadline, now_ns() + moment);
                continue;
            }
            const auto left = deadline - now_ns();
            if (left <= 0) {
                if (!ended) {
                    end.timed_out = true;
                    end.busy = is_busy(command);
                }
                end.left_running = ended ? count_children() : 0;
                return;
            }
            sigset_t children;
            sigemptyset(&children);
            sigaddset(&children, SIGCHLD);
            const timespec rest{left / 1'000'000'000, left % 1'000'000'000};
            ::sigtimedwait(&children, nullptr, &rest);
        }
    }

    static std::vector<pid_t> children()
    {
        std::vector<pid_t> result;
        const int fd = ::open(fmt::format("/proc/self/task/{}/children", ::gettid()).c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return result;
        std::string text(1U << 16U, '\0');
        const auto got = ::read(fd, text.data(), text.size());
        ::close(fd);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        const char* at = text.c_str();
        char* after = nullptr;
        for (long pid = 0; (pid = std::strtol(at, &after, 10)) > 0; at = after)
            result.push_back(static_cast<pid_t>(pid));
        return result;
    }
    /// Whether some thread of the command's session is running, or ready to. Asked several times, for one that polls
    /// may be awake by chance.
    static bool is_busy(pid_t session)
    {
        constexpr int looks = 5;
        int busy = 0;
        for (int look = 0; look < looks; ++look) {
            busy += has_running_thread(session) ? 1 : 0;
            const timespec rest{0, 3'000'000};
            ::nanosleep(&rest, nullptr);
        }
        return busy > looks / 2;
    }

    static bool has_running_thread(pid_t session)
    {
        std::error_code error;
        for (const auto& process : std::filesystem::directory_iterator("/proc", error)) {
            if (std::atoi(process.path().filename().c_str()) <= 0) continue;
            for (const auto& thread : std::filesystem::directory_iterator(process.path() / "task", error)) {
                std::ifstream file(thread.path() / "stat");
                std::string text;
                std::getline(file, text);
                const auto name_end = text.rfind(')');
                char state = 0;
                int parent = 0, group = 0, its_session = 0;
                if (name_end != std::string::npos &&
                    std::sscanf(text.c_str() + name_end + 1, " %c %d %d %d", &state, &parent, &group, &its_session) ==
                        4 &&
                    its_session == session && state == 'R')
                    return true;
            }
        }
        return false;
    }

    static int count_children() { return static_cast<int>(children().size()); }

    /// Ends whatever still runs. What a killed process leaves becomes our child in turn.
    void end_all() const
    {
        for (int round = 0; round < 1000; ++round) {
            int status = 0;
            pid_t pid = 0;
            while ((pid = ::waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
            }
            if (pid < 0 && errno == ECHILD) return;
            if (isolated_)
                ::kill(-1, SIGKILL);
            else
                for (const auto child : children()) {
                    ::kill(-child, SIGKILL); // its session's first group
                    ::kill(child, SIGKILL);
                }
            sigset_t ended;
            sigemptyset(&ended);
            sigaddset(&ended, SIGCHLD);
            const timespec rest{0, 10'000'000};
            ::sigtimedwait(&ended, nullptr, &rest);
        }
    }

    const Surroundings& surroundings_;
    const std::string& directory_;
    int channel_;
    bool isolated_ = false; // in process numbers of its own
    bool mounted_ = false;
};

} // namespace

Enclosure::Enclosure(const Surroundings& surroundings, std::string directory) : directory_(std::move(directory))
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        problem_ = std::strerror(errno);
        return;
    }
    Hello hello;
    pid_ = fork_isolated(hello);
    if (pid_ == 0) {
        ::close(ends[0]);
        Servant(surroundings, directory_, ends[1]).serve(hello);
    }
    ::close(ends[1]);
    channel_ = ends[0];
    if (pid_ < 0) {
        problem_ = std::strerror(errno);
        return;
    }
    if (::recv(channel_, &hello, sizeof hello, 0) != sizeof hello) {
        problem_ = "the process that is to run the commands has died";
        return;
    }
    isolation_ = {hello.mounts, hello.processes, hello.refused != 0 ? std::strerror(hello.refused) : ""};
}

Enclosure::~Enclosure()
{
    if (channel_ >= 0) ::close(channel_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
}

End Enclosure::run(std::size_t command, std::chrono::nanoseconds limit, bool traced)
{
    const Request request{static_cast<std::uint32_t>(command), traced, limit.count()};
    End end;
    end.status = SIGKILL;
    if (::send(channel_, &request, sizeof request, MSG_NOSIGNAL) != sizeof request) return end;
    while (::recv(channel_, &end, sizeof end, 0) < 0 && errno == EINTR) {
    }
    return end;
}

Crash Enclosure::last_crash() const { return read_crash(directory_ + "/crash"); }

} // namespace faultline::explore
