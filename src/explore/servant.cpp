#include "explore/servant.hpp"

#include "explore/command_process.hpp"
#include "explore/crash.hpp"
#include "explore/door_run.hpp"
#include "explore/fork_client.hpp"
#include "explore/processes.hpp"
#include "run/namespace_settings.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace faultline::explore {

namespace {

class Servant {
    static constexpr int first_of_server = 500, first_of_run = 1000; // process numbers

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
            if (!answer(request)) break;
        }
        end_all();
        ::_exit(0);
    }

private:
    /// A file system in memory goes with its last process: whatever ends an exploration, nothing of it is left.
    [[nodiscard]] bool hold_in_memory() const
    {
        const auto options = fmt::format("mode=0700,size={}", surroundings_.memory_bytes);
        return ::mount("faultline", directory_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    }

    [[nodiscard]] bool make_parts() const
    {
        const auto make = [this](const char* part) { return ::mkdir((directory_ + "/" + part).c_str(), 0700) == 0; };
        return std::ranges::all_of(parts, make) && (surroundings_.kept.empty() || make("power")); // covered by it
    }

    /// The view and the copy of the working directory, at their places.
    bool arrange(Hello& hello)
    {
        const auto bind = [](const std::string& from, const std::string& to) {
            return ::mount(from.c_str(), to.c_str(), nullptr, MS_BIND, nullptr) == 0;
        };
        const auto& [view, working, kept] = std::tie(surroundings_.view, surroundings_.working, surroundings_.kept);
        const bool arranged = ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                              (surroundings_.memory_bytes == 0 || hold_in_memory()) && make_parts() &&
                              bind(directory_, view) && (kept.empty() || bind(kept, view + "/power")) &&
                              (surroundings_.in_place || bind(view + "/work", working));
        if (!arranged) hello.refused = errno;
        static_cast<void>(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));
        return arranged;
    }

    bool answer(const Request& request)
    {
        const auto send = [this](const auto& message) {
            return ::send(channel_, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
        };
        if (request.kind == Request::Kind::run) return send(run(request));
        Refusal refusal;
        const auto text = request.kind == Request::Kind::start_fork_server ? start_server(request.command) : "";
        if (request.kind == Request::Kind::stop_fork_server || !text.empty()) stop_server();
        text.copy(refusal.text, sizeof refusal.text - 1);
        return send(refusal);
    }

    // --- the fork server -------------------------------------------------------------------------------------------

    std::string start_server(std::uint32_t command)
    {
        if (surroundings_.commands[command].through_door) return "the kernel's door needs a process that is executed";
        // Elsewhere the server could not be told from what a run leaves behind.
        if (!isolated_) return "the kernel allows no process numbers of our own here";
        served_ = static_cast<std::int64_t>(command);
        number_processes_from(first_of_server);
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return std::strerror(errno);
        const pid_t pid = ::fork();
        if (pid == 0) become(stage(), surroundings_.commands[command], -1, ends[1]);
        ::close(ends[1]);
        server_pid_ = pid;
        if (pid > 0) return server_.take(pid, ends[0]);
        ::close(ends[0]);
        return std::strerror(errno);
    }

    void stop_server()
    {
        server_.end();
        served_ = -1;
        end_all();
    }

    /// The command's process, begun by the server; -1 where there is none to be had.
    pid_t fork_server_child(const Command& command)
    {
        if (server_.pid() < 0 && !start_server(static_cast<std::uint32_t>(served_)).empty()) return -1;
        number_processes_from(first_of_run);
        began_ = now_ns();
        const auto paths = paths_of(stage(), command, false);
        Surrounds surrounds{::open(paths.input.c_str(), O_RDONLY | O_CLOEXEC),
                            ::open(paths.output.c_str(), output_flags | O_CLOEXEC, 0600),
                            ::open(paths.error.c_str(), output_flags | O_CLOEXEC, 0600),
                            ::open(paths.directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
        const int all[] = {surrounds.input, surrounds.output, surrounds.error, surrounds.directory};
        const bool complete = std::ranges::none_of(all, [](int fd) { return fd < 0; });
        const pid_t pid = complete ? server_.fork(surrounds) : -1;
        for (const int fd : all)
            if (fd >= 0) ::close(fd);
        return pid;
    }

    /// As waitpid(-1), and takes note of the server's end, whose time is no run's.
    pid_t reap(int& status)
    {
        rusage usage{};
        const auto pid = ::wait4(-1, &status, WNOHANG | __WALL, &usage);
        if (pid > 0 && pid == server_pid_) {
            cpu_of_servers_ += cpu_of(usage);
            server_pid_ = -1;
            server_.forget();
        }
        return pid;
    }

    // --- a run -----------------------------------------------------------------------------------------------------

    End run(const Request& request)
    {
        const auto& command = surroundings_.commands[request.command];
        End end;
        CrashWatch watch(directory_here() + "/crash");
        if (request.traced) ::unlink((directory_here() + "/crash").c_str());
        const bool forks = served_ == request.command && !request.traced;
        pid_t pid = forks ? fork_server_child(command) : -1;
        // The last run may have killed the server, which shows only now. Nothing of the attempt may stay beside the run.
        if (forks && pid < 0) end_all();
        if (forks && pid < 0) pid = fork_server_child(command);
        if (forks && pid < 0) end_all();
        end.forked = pid > 0;
        if (pid < 0) pid = execute(command, request.traced ? &watch : nullptr);
        if (pid < 0) return without_door(end);
        const auto cpu_before = cpu_of_children() - cpu_of_servers_;
        wait(pid, began_ + request.limit_ns, request.traced ? &watch : nullptr, end);
        end.seconds = static_cast<double>(now_ns() - began_) / 1e9;
        end_all();
        end.cpu_seconds = cpu_of_children() - cpu_of_servers_ - cpu_before;
        return without_door(end);
    }

    /// The end of a run, with what its door says.
    End without_door(End end)
    {
        if (door_) door_->problem().copy(end.trouble, sizeof end.trouble - 1);
        door_.reset();
        return end;
    }

    /// Begins the command in a new process, under the watch if there is one. -1: there can be none.
    pid_t execute(const Command& command, CrashWatch* watch)
    {
        if (command.through_door) {
            number_processes_from(first_of_server);
            const auto paths = paths_of(stage(), command, false);
            door_.emplace(directory_here(), paths.directory);
            if (door_->door() == nullptr) return -1;
        }
        number_processes_from(first_of_run);
        began_ = now_ns();
        int go[2];
        if (::pipe2(go, O_CLOEXEC) != 0) return -1;
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::close(go[1]);
            become(stage(), command, go[0], -1, door_ ? door_->door() : nullptr);
        }
        ::close(go[0]);
        if (watch != nullptr && pid > 0) watch->seize(pid);
        ::close(go[1]); // now it may begin
        return pid;
    }

    /// The same process numbers in each run, where we may choose them.
    void number_processes_from(int first) const
    {
        if (isolated_) faultline::run::write_setting("/proc/sys/kernel/ns_last_pid", std::to_string(first));
    }

    [[nodiscard]] Stage stage() const { return {surroundings_, directory_here(), mounted_, isolated_}; }
    [[nodiscard]] std::string directory_here() const { return mounted_ ? surroundings_.view : directory_; }

    /// Waits for the command's end, then a moment for what it left behind.
    void wait(pid_t command, std::int64_t deadline, CrashWatch* watch, End& end)
    {
        constexpr std::int64_t moment = 100'000'000;
        bool ended = false;
        for (;;) {
            int status = 0;
            const auto pid = reap(status);
            if (pid < 0 && errno == ECHILD) return; // nothing is left
            if (pid > 0) {
                if (watch != nullptr && watch->handles(pid, status)) continue;
                if (pid != command) continue;
                end.status = status;
                ended = true;
                deadline = std::min(deadline, now_ns() + moment);
                continue;
            }
            if (ended && only_server_is_left()) return;
            const auto left = deadline - now_ns();
            if (left <= 0) {
                if (!ended) {
                    end.timed_out = true;
                    end.busy = is_busy(command);
                }
                end.left_running = ended ? static_cast<int>(children().size()) - own_children() : 0;
                return;
            }
            sigset_t ends;
            sigemptyset(&ends);
            sigaddset(&ends, SIGCHLD);
            const timespec rest{left / 1'000'000'000, left % 1'000'000'000};
            ::sigtimedwait(&ends, nullptr, &rest);
        }
    }

    /// Of our children those that are no part of a run: the fork server, the supervisor of the kernel's door.
    [[nodiscard]] int own_children() const
    {
        const bool supervised = door_ && door_->door() != nullptr && door_->door()->serves();
        return (server_.pid() > 0 ? 1 : 0) + (supervised ? 1 : 0);
    }

    [[nodiscard]] bool only_server_is_left() const
    {
        const auto left = children();
        return server_.pid() > 0 && left.size() == 1 && left.front() == server_.pid();
    }

    /// Ends whatever still runs. What a killed process leaves becomes our child in turn. The fork server stays where
    /// nothing else is left; else it goes too, for only a signal to all reaches those that fork as fast as they die.
    void end_all()
    {
        for (int round = 0; round < 1000; ++round) {
            int status = 0;
            pid_t pid = 0;
            while ((pid = reap(status)) > 0) {
            }
            if ((pid < 0 && errno == ECHILD) || only_server_is_left()) return;
            server_.end();
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
    std::int64_t began_ = 0; // the run
    ForkServer server_;
    std::optional<DoorRun> door_; // of the run
    std::int64_t served_ = -1;    // the command whose runs it begins
    pid_t server_pid_ = -1;       // … also after its end, until it is waited for
    double cpu_of_servers_ = 0;   // of those that have ended
};

} // namespace

void serve_enclosure(const Surroundings& surroundings, const std::string& directory, int channel, Hello hello)
{
    Servant(surroundings, directory, channel).serve(hello);
}

} // namespace faultline::explore
