// The keeper is forked from a process that may have threads, and never executes another program: it keeps to system
// calls, and to memory that was made before the fork.
#include "run/keeper.hpp"

#include "door/pointers.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::run {

namespace {

using sys::second;
constexpr std::int64_t killing_ns = 5 * second; // for killed processes to be gone
constexpr std::size_t most_children = 4096;

std::int64_t nanoseconds(const timeval& time) { return std::int64_t{time.tv_sec} * second + time.tv_usec * 1000; }

class KeeperProcess {
public:
    KeeperProcess(const Program& program, void (*restore)(const void*), const void* context)
        : program_(program), restore_(restore), context_(context), arguments_(door::pointers(program.arguments)),
          environment_(door::pointers(program.environment)), shell_arguments_(arguments_), children_(most_children)
    {
        // A script without a first line that says so is a shell's, as execvp has it.
        shell_arguments_.front() = const_cast<char*>(program.path.c_str());
        shell_arguments_.insert(shell_arguments_.begin(), const_cast<char*>("/bin/sh"));
    }

    [[noreturn]] void work(int notes, int control, const sigset_t& mask);

private:
    void tell(Note note) const
    {
        note.monotonic_ns = note.monotonic_ns != 0 ? note.monotonic_ns : monotonic_now();
        while (::write(notes_, &note, sizeof note) < 0 && errno == EINTR) {
        }
    }
    [[nodiscard]] static bool redirect(const std::string& file, int to, int flags)
    {
        if (file.empty()) return true;
        const int fd = ::open(file.c_str(), flags | O_CLOEXEC | O_NOCTTY, 0666);
        return fd >= 0 && (fd == to ? ::fcntl(fd, F_SETFD, 0) : ::dup2(fd, to)) >= 0;
    }
    [[nodiscard]] static bool limit(int resource, const std::optional<std::uint64_t>& most)
    {
        const rlimit both{most.value_or(0), most.value_or(0)};
        return !most || ::setrlimit(static_cast<__rlimit_resource>(resource), &both) == 0;
    }
    [[nodiscard]] Note::Step become(const sigset_t& mask) const;
    pid_t start(const sigset_t& mask);
    bool reap(pid_t main, bool& main_ended);
    std::size_t list_children();
    void end_tree();
    void tell_left(std::size_t count);

    const Program& program_;
    void (*restore_)(const void*);
    const void* context_;
    std::vector<char*> arguments_, environment_, shell_arguments_;
    std::vector<pid_t> children_;
    int notes_ = -1;
    struct sigaction child_action_ = {}; // of SIGCHLD, as the program is to have it
};

/// In the program's process. Returns only where it cannot become the program, with the reason in errno.
Note::Step KeeperProcess::become(const sigset_t& mask) const
{
    if (program_.contained) ::setsid();
    if (!redirect(program_.input, STDIN_FILENO, O_RDONLY)) return Note::Step::input;
    if (!redirect(program_.output, STDOUT_FILENO, O_WRONLY | O_CREAT | O_TRUNC)) return Note::Step::output;
    if (!redirect(program_.error, STDERR_FILENO, O_WRONLY | O_CREAT | O_TRUNC)) return Note::Step::error;
    if (!program_.directory.empty() && ::chdir(program_.directory.c_str()) != 0) return Note::Step::directory;
    const auto& limits = program_.limits;
    if (!limit(RLIMIT_CPU, limits.processor_s) || !limit(RLIMIT_AS, limits.address_space) ||
        !limit(RLIMIT_FSIZE, limits.file_size) || !limit(RLIMIT_NOFILE, limits.descriptors))
        return Note::Step::limits;
    ::sigaction(SIGCHLD, &child_action_, nullptr);
    if (restore_ != nullptr) restore_(context_);
    ::sigprocmask(SIG_SETMASK, &mask, nullptr);
    ::execve(program_.path.c_str(), arguments_.data(), environment_.data());
    if (errno == ENOEXEC) ::execve("/bin/sh", shell_arguments_.data(), environment_.data());
    return Note::Step::execute;
}

/// Starts the program, and tells whether it runs. Returns its pid, or -1.
pid_t KeeperProcess::start(const sigset_t& mask)
{
    volatile int error = 0; // the child writes to our memory
    volatile auto step = Note::Step::fork;
    const pid_t pid = ::vfork();
    if (pid == 0) {
        step = become(mask);
        error = errno;
        ::_exit(127);
    }
    if (pid < 0) error = errno;
    Note note{};
    note.kind = error == 0 ? Note::Kind::started : Note::Kind::failed;
    note.step = step;
    note.pid = pid;
    note.status = error;
    tell(note);
    return error == 0 ? pid : -1;
}

/// Tells of the children that have ended. Returns whether there are others.
bool KeeperProcess::reap(pid_t main, bool& main_ended)
{
    for (;;) {
        Note note{};
        rusage usage = {};
        note.pid = ::wait4(-1, &note.status, WNOHANG, &usage);
        if (note.pid < 0 && errno == EINTR) continue;
        if (note.pid <= 0) return note.pid == 0;
        note.kind = Note::Kind::death;
        note.user_ns = nanoseconds(usage.ru_utime);
        note.system_ns = nanoseconds(usage.ru_stime);
        note.resident_kb = usage.ru_maxrss;
        tell(note);
        main_ended = main_ended || note.pid == main;
    }
}

/// Reads the start of a small file of /proc. Returns how much there was.
std::size_t read_start(const char* directory, const char* name, char* text, std::size_t size)
{
    char path[64];
    std::size_t at = 0;
    for (const char* part : {"/proc/", directory, "/", name})
        for (; *part != '\0' && at + 1 < sizeof path; ++part)
            path[at++] = *part;
    path[at] = '\0';
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    const auto got = ::read(fd, text, size - 1);
    ::close(fd);
    text[got > 0 ? got : 0] = '\0';
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

/// The pid of a process's parent; 0 where it is not known.
pid_t parent_of(const char* pid)
{
    char text[512];
    if (read_start(pid, "stat", text, sizeof text) == 0) return 0;
    const char* const name_end = std::strrchr(text, ')');
    return name_end == nullptr || std::strlen(name_end) < 5 ? 0 : static_cast<pid_t>(std::atoi(name_end + 4));
}

/// Puts the pids of our children into children_, and returns how many. Not by opendir, which allocates.
std::size_t KeeperProcess::list_children()
{
    struct Entry { // linux_dirent64
        std::uint64_t inode;
        std::int64_t offset;
        unsigned short length;
        unsigned char type;
        char name[1];
    };
    std::size_t count = 0;
    const auto self = ::getpid();
    const int fd = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return 0;
    alignas(Entry) char buffer[8192];
    for (;;) {
        const auto got = ::syscall(SYS_getdents64, fd, buffer, sizeof buffer);
        if (got <= 0) break;
        for (long at = 0; at < got;) {
            const auto* const entry = reinterpret_cast<const Entry*>(buffer + at);
            at += entry->length;
            const char* const name = static_cast<const char*>(entry->name);
            const bool process = *name >= '1' && *name <= '9';
            if (process && count < most_children && parent_of(name) == self)
                children_[count++] = static_cast<pid_t>(std::atoi(name));
        }
    }
    ::close(fd);
    return count;
}

void KeeperProcess::tell_left(std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        Note note{};
        note.kind = Note::Kind::left;
        note.pid = children_[i];
        char digits[16];
        std::size_t at = sizeof digits;
        digits[--at] = '\0';
        for (auto rest = note.pid; rest != 0; rest /= 10)
            digits[--at] = static_cast<char>('0' + rest % 10);
        const auto length = read_start(digits + at, "comm", note.name, sizeof note.name);
        if (length != 0 && note.name[length - 1] == '\n') note.name[length - 1] = '\0';
        tell(note);
    }
}

/// Kills what is left of the tree. The children of a killed process become ours, and are killed in the next round.
void KeeperProcess::end_tree()
{
    constexpr timespec nap{0, 200'000};
    bool ignored = false;
    const auto end = monotonic_now() + killing_ns;
    while (reap(0, ignored) && monotonic_now() < end) {
        const auto count = list_children();
        for (std::size_t i = 0; i < count; ++i)
            ::kill(children_[i], SIGKILL);
        ::nanosleep(&nap, nullptr);
    }
}

void KeeperProcess::work(int notes, int control, const sigset_t& mask)
{
    notes_ = notes;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    // An ignored SIGCHLD would let the kernel reap our children.
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    sigemptyset(&standard.sa_mask);
    ::sigaction(SIGCHLD, &standard, &child_action_);
    const int deaths = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    const pid_t main = start(mask);
    const auto begin = monotonic_now();
    bool ended = main < 0;
    bool timed_out = false;
    bool abandoned = false;
    auto deadline = program_.limits.real_ns ? begin + *program_.limits.real_ns : INT64_MAX;
    bool more = true;
    while (more) {
        const bool ended_before = ended;
        more = reap(main, ended);
        if (ended && !ended_before) {
            const auto patience = monotonic_now() + program_.patience_ns;
            deadline = patience < deadline ? patience : deadline;
        }
        const auto now = monotonic_now();
        if (!more || abandoned) break;
        if (now >= deadline) {
            timed_out = !ended;
            break;
        }
        pollfd both[] = {{deaths, POLLIN, 0}, {control, POLLIN, 0}};
        const auto rest = deadline - now;
        const timespec wait{rest / second, rest % second};
        ::ppoll(both, 2, deadline == INT64_MAX ? nullptr : &wait, nullptr);
        signalfd_siginfo infos[16];
        if ((both[0].revents & POLLIN) != 0 && ::read(deaths, infos, sizeof infos) < 0 && errno != EAGAIN) break;
        abandoned = both[1].revents != 0;
    }
    if (timed_out) {
        Note note{};
        note.kind = Note::Kind::timed_out;
        tell(note);
    } else if (more && ended) {
        tell_left(list_children());
    }
    if (more && (timed_out || program_.contained)) end_tree();
    Note note{};
    note.kind = Note::Kind::over;
    tell(note);
    ::_exit(0);
}

} // namespace

std::int64_t monotonic_now() noexcept
{
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * second + now.tv_nsec;
}

Keeper start_keeper(const Program& program, void (*restore)(const void*), const void* context, const sigset_t& mask)
{
    KeeperProcess process(program, restore, context);
    Keeper keeper;
    int notes[2];
    int control[2];
    if (::pipe2(notes, O_CLOEXEC) != 0) {
        keeper.error = errno;
        return keeper;
    }
    if (::pipe2(control, O_CLOEXEC) != 0) {
        keeper.error = errno;
        ::close(notes[0]);
        ::close(notes[1]);
        return keeper;
    }
    keeper.pid = ::fork();
    if (keeper.pid == 0) {
        ::close(notes[0]);
        ::close(control[1]);
        process.work(notes[1], control[0], mask);
    }
    if (keeper.pid < 0) keeper.error = errno;
    ::close(notes[1]);
    ::close(control[0]);
    if (keeper.error != 0) {
        ::close(notes[0]);
        ::close(control[1]);
        return keeper;
    }
    keeper.notes = notes[0];
    keeper.control = control[1];
    return keeper;
}

} // namespace faultline::run
