#include "power/confined.hpp"

#include "run/ending.hpp"
#include "run/namespace_settings.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::power {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/// Says why there can be no check, where Checks::read finds it.
[[noreturn]] void give_up(const std::string& place, const std::string& why)
{
    write_file(place + "/trouble", why);
    ::_exit(1);
}

/// A network of one's own has a loopback that is down.
void raise_loopback()
{
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    ::ioctl(fd, SIOCSIFFLAGS, &request);
    ::close(fd);
}

void enter_namespaces(const std::string& place)
{
    const auto user = ::getuid();
    const auto group = ::getgid();
    constexpr int own = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNET;
    if (::unshare(own) == 0) return;
    if (::unshare(own | CLONE_NEWUSER) != 0)
        give_up(place, fmt::format("the kernel allows no namespaces here ({}); as root, or with user namespaces "
                                   "allowed, there are some",
                                   std::strerror(errno)));
    run::map_own_user(user, group);
}

std::string last_line(const std::string& path)
{
    std::ifstream in(path);
    std::string line, last;
    while (std::getline(in, line))
        if (!line.empty()) last = line;
    return last.substr(0, 300);
}

/// What the exit status of a check says of a state; any other one is `failed`.
struct CheckExit {
    int status;
    Class kind;
};
constexpr CheckExit check_exits[] = {
    {0, Class::clean}, {10, Class::lost}, {11, Class::corrupt}, {12, Class::cannot_start}};

Class class_of(int status)
{
    if (!WIFEXITED(status)) return Class::failed;
    const auto* const found = std::ranges::find(check_exits, WEXITSTATUS(status), &CheckExit::status);
    return found == std::end(check_exits) ? Class::failed : found->kind;
}

/// Whether a check was told to end.
bool was_told_to_end(const Verdict& verdict)
{
    constexpr int signals[] = {SIGHUP, SIGINT, SIGTERM};
    return std::ranges::any_of(signals, [&](int signal) { return verdict.status == 128 + signal; });
}

} // namespace

void Checks::become_first(const Task& task, const std::string& place) const
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto& recording = disks_.recording();
    const auto state = place + "/state";
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", state.c_str(), "tmpfs", 0, nullptr) != 0)
        give_up(place, fmt::format("mount: {}", std::strerror(errno)));
    std::vector<std::string> directories;
    for (std::size_t root = 0; root < recording.roots.size(); ++root) {
        directories.push_back(fmt::format("{}/{}", state, root));
        ::mkdir(directories.back().c_str(), 0755);
    }
    write_file(state + "/acked", task.acked);
    if (const auto wrong = lay_out(disks_, *task.tree, sources_, directories); !wrong.empty()) give_up(place, wrong);
    for (std::size_t root = 0; root < directories.size(); ++root)
        if (::mount(directories[root].c_str(), recording.roots[root].path.c_str(), nullptr, MS_BIND, nullptr) != 0)
            give_up(place, fmt::format("{}: {}", recording.roots[root].path, std::strerror(errno)));
    static_cast<void>(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr));
    static_cast<void>(::mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, nullptr));
    raise_loopback();
    const auto pid = ::fork();
    if (pid == 0) {
        const int out = ::open((place + "/output").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int in = ::open("/dev/null", O_RDONLY);
        ::dup2(in, 0);
        ::dup2(out, 1);
        ::dup2(out, 2);
        ::close_range(3, ~0U, 0);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        ::setenv("FAULT_ACKED", (state + "/acked").c_str(), 1);
        ::setenv("FAULT_STATE", std::to_string(task.number).c_str(), 1);
        if (::chdir(recording.working_directory.c_str()) != 0) ::_exit(127);
        ::execl("/bin/sh", "sh", "-c", setup_.check.c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    for (pid_t ended = 0; ended != pid;)
        if ((ended = ::wait(&status)) < 0) ::_exit(1);
    // All that the check started ends with this process.
    ::_exit(run::status_of(status));
}

pid_t Checks::start(const Task& task, std::size_t slot) const
{
    const auto here = place(slot);
    fs::create_directories(here + "/state");
    fs::remove(here + "/trouble");
    const auto pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    enter_namespaces(here);
    const auto first = ::fork();
    if (first == 0) become_first(task, here);
    int status = 0;
    if (first < 0 || ::waitpid(first, &status, 0) < 0) ::_exit(1);
    ::_exit(run::status_of(status));
}

Verdict Checks::read(int status, std::size_t slot, bool timed_out) const
{
    const auto here = place(slot);
    std::error_code error;
    if (fs::exists(here + "/trouble", error)) return {Class::trouble, 0, last_line(here + "/trouble")};
    return {timed_out ? Class::hang : class_of(status), WIFEXITED(status) ? WEXITSTATUS(status) : 128,
            last_line(here + "/output")};
}

void Checks::run(const std::vector<Task>& tasks, unsigned jobs,
                 const std::function<bool(const Task&, const Verdict&)>& tell) const
{
    struct Running {
        pid_t pid = -1;
        std::size_t task = 0;
        Clock::time_point until;
        bool timed_out = false, again = false;
    };
    std::vector<Running> running(jobs);
    std::size_t next = 0, left = 0;
    bool going = true;
    sigset_t children, before;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &children, &before);
    while ((going && next < tasks.size()) || left != 0) {
        for (std::size_t slot = 0; slot < jobs && going && next < tasks.size(); ++slot) {
            if (running[slot].pid >= 0) continue;
            const auto pid = start(tasks[next], slot);
            if (pid < 0) {
                going = tell(tasks[next], {Class::trouble, 0, std::strerror(errno)}) && going;
            } else {
                running[slot] = {pid, next, Clock::now() + setup_.timeout};
                ++left;
            }
            ++next;
        }
        const timespec moment{0, 50'000'000};
        ::sigtimedwait(&children, nullptr, &moment);
        for (std::size_t slot = 0; slot < jobs; ++slot) {
            auto& each = running[slot];
            int status = 0;
            if (each.pid < 0) continue;
            if (!each.timed_out && Clock::now() > each.until) {
                each.timed_out = true;
                ::kill(each.pid, SIGKILL);
            }
            if (::waitpid(each.pid, &status, WNOHANG) != each.pid) continue;
            const auto verdict = read(status, slot, each.timed_out);
            // Who cancels a job signals its processes one after the other, and a check may be told before we are. So it
            // counts only if it happens again.
            const bool stopped = setup_.stop != nullptr && *setup_.stop;
            const auto pid = was_told_to_end(verdict) && !each.again && !stopped ? start(tasks[each.task], slot) : -1;
            if (pid >= 0) {
                each = {pid, each.task, Clock::now() + setup_.timeout, false, true};
                continue;
            }
            each.pid = -1;
            --left;
            going = tell(tasks[each.task], verdict) && going;
        }
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

} // namespace faultline::power
