// A child differs from a new process in what fork does not copy and in what it shares. So the server looks at what the
// constructors left, and serves only where all of it is copied: memory, signal masks, ignored signals, limits, umask.
#include "hook/fork_server.hpp"

#include "engine/layers.hpp"
#include "hook/fork_protocol.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <dlfcn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

namespace faultline::hook {
namespace {

constexpr int own_error = 125;
constexpr int standard_streams = 3;

struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileIdentity&) const = default;
};

constinit int channel = -1;
constinit FileIdentity streams_at_boot[standard_streams];
constinit FileIdentity directory_at_boot;
constinit bool has_sanitizer = false;

FileIdentity identity_of(int fd) noexcept
{
    struct stat status;
    return sys::call(SYS_fstat, fd, sys::address(&status)) == 0 ? FileIdentity{status.st_dev, status.st_ino}
                                                                : FileIdentity{};
}

FileIdentity working_directory() noexcept
{
    struct stat status;
    return sys::call(SYS_newfstatat, AT_FDCWD, sys::address("."), sys::address(&status), 0) == 0
               ? FileIdentity{status.st_dev, status.st_ino}
               : FileIdentity{};
}

/// The number that the text is; -1 where it is none.
int number_of(std::string_view text) noexcept
{
    int number = text.empty() ? -1 : 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '9' || number > 1'000'000) return -1;
        number = number * 10 + (digit - '0');
    }
    return number;
}

// --- what the constructors left --------------------------------------------------------------------------------------

struct Finding {
    ForkObstacle obstacle = ForkObstacle::none;
    std::int32_t detail = 0;
};

Finding other_threads() noexcept
{
    const int count = sys::count_numbered("/proc/self/task");
    if (count < 1) return {ForkObstacle::unknown};
    return count > 1 ? Finding{ForkObstacle::threads, count} : Finding{};
}

Finding open_descriptors() noexcept
{
    for (int fd = 0; fd < standard_streams; ++fd)
        if (identity_of(fd) != streams_at_boot[fd]) return {ForkObstacle::descriptors, fd};
    int others = sys::count_descriptors() - standard_streams - 1;
    if (others < 0) return {ForkObstacle::unknown};
    for (int fd = standard_streams; others > 0; ++fd)
        if (fd != channel && sys::call(SYS_fcntl, fd, F_GETFD) >= 0) return {ForkObstacle::descriptors, fd};
    return {};
}

Finding used_streams() noexcept
{
    for (int fd = 0; fd < standard_streams; ++fd) {
        struct stat status;
        if (sys::call(SYS_fstat, fd, sys::address(&status)) != 0) continue;
        const bool used = fd == 0 ? sys::call(SYS_lseek, fd, 0, SEEK_CUR) > 0 : status.st_size != 0;
        if (used) return {ForkObstacle::streams, fd};
    }
    return {};
}

Finding left_directory() noexcept
{
    return working_directory() == directory_at_boot ? Finding{} : Finding{ForkObstacle::directory};
}

Finding signal_handlers() noexcept
{
    struct Action { // the kernel's
        std::uintptr_t handler;
        std::uint64_t rest[3];
    };
    for (int signal = 1; signal < NSIG; ++signal) {
        Action action{};
        if (sys::call(SYS_rt_sigaction, signal, 0, sys::address(&action), sizeof(std::uint64_t)) == 0 &&
            action.handler > reinterpret_cast<std::uintptr_t>(SIG_IGN))
            return {ForkObstacle::handlers, signal};
    }
    return {};
}

Finding running_timers() noexcept
{
    for (const int which : {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF}) {
        itimerval timer{};
        sys::call(SYS_getitimer, which, sys::address(&timer));
        if (timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0) return {ForkObstacle::timers};
    }
    char byte = 0;
    const int fd = sys::open("/proc/self/timers", O_RDONLY); // timer_create's
    if (fd < 0) return {};
    const bool some = sys::read(fd, &byte, 1) > 0;
    sys::close(fd);
    return some ? Finding{ForkObstacle::timers} : Finding{};
}

Finding begun_processes() noexcept
{
    rusage usage{};
    if (sys::call(SYS_getrusage, RUSAGE_CHILDREN, sys::address(&usage)) != 0) return {ForkObstacle::unknown};
    if (usage.ru_maxrss != 0 || usage.ru_minflt != 0) return {ForkObstacle::children};
    return sys::call(SYS_wait4, -1, 0, WNOHANG | __WALL, 0) == -ECHILD ? Finding{} : Finding{ForkObstacle::children};
}

/// Looks at the flags of all mappings, a line "VmFlags: rd wr sh …" each.
Finding odd_mappings() noexcept
{
    const int fd = sys::open("/proc/self/smaps", O_RDONLY);
    if (fd < 0) return {ForkObstacle::unknown};
    [[gnu::section(".bss.late")]] static constinit char bytes[4096]; // before main: there is room, and only one thread
    char line[128];
    std::size_t length = 0;
    bool odd = false;
    bool told = false;
    for (long got = 0; (got = sys::read(fd, bytes, sizeof bytes)) > 0;)
        for (long i = 0; i < got; ++i) {
            if (bytes[i] != '\n') {
                if (length < sizeof line) line[length++] = bytes[i];
                continue;
            }
            const std::string_view text{line, length};
            length = 0;
            if (!text.starts_with("VmFlags:")) continue;
            told = true;
            const auto has = [text](std::string_view flag) { return text.find(flag) != std::string_view::npos; };
            odd = odd || (has(" sh") && has(" wr")) || has(" lo") || has(" wf") || (has(" dc") && !has(" io"));
        }
    sys::close(fd);
    if (!told) return {ForkObstacle::unknown};
    return odd ? Finding{ForkObstacle::mappings} : Finding{};
}

Finding look() noexcept
{
    if (has_sanitizer) return {ForkObstacle::sanitizer};
    if (engine::libc_layer_count.load(std::memory_order_relaxed) != 0) return {ForkObstacle::layers};
    for (const auto check : {other_threads, open_descriptors, used_streams, left_directory, signal_handlers,
                             running_timers, begun_processes, odd_mappings})
        if (const auto finding = check(); finding.obstacle != ForkObstacle::none) return finding;
    return {};
}

// --- the child -------------------------------------------------------------------------------------------------------

/// Where libc keeps what fork() renews and the bare system call does not.
struct ThreadRecord {
    int* number = nullptr;
    void* robust_list = nullptr;
    std::size_t robust_size = 0;

    /// False where the kernel does not say.
    bool find() noexcept
    {
        return sys::call(SYS_prctl, PR_GET_TID_ADDRESS, sys::address(&number)) == 0 && number != nullptr &&
               *number == sys::gettid() &&
               sys::call(SYS_get_robust_list, 0, sys::address(&robust_list), sys::address(&robust_size)) == 0;
    }
    void renew() const noexcept
    {
        if (robust_list != nullptr)
            sys::call(SYS_set_robust_list, sys::address(robust_list), static_cast<long>(robust_size));
    }
};

/// Makes of a copy of the server what execve leaves of one that was given these descriptors.
void settle(const int (&given)[fork_descriptors]) noexcept
{
    bool well = sys::call(SYS_setsid) >= 0;
    for (int fd = 0; fd < standard_streams; ++fd)
        well = well && sys::call(SYS_dup3, given[fd], fd, 0) == fd;
    well = well && sys::call(SYS_fchdir, given[static_cast<int>(ForkDescriptor::directory)]) == 0;
    for (const int fd : given)
        sys::close(fd);
    sys::close(channel);
    channel = -1;
    if (!well) sys::exit_group(own_error);
}

/// Takes a request and its descriptors. False at the end.
bool take(int (&given)[fork_descriptors]) noexcept
{
    ForkRequest request{};
    iovec piece{&request, sizeof request};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof given)];
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    long got = 0;
    while ((got = sys::call(SYS_recvmsg, channel, sys::address(&message), MSG_CMSG_CLOEXEC)) == -EINTR) {
    }
    const auto* const header = CMSG_FIRSTHDR(&message);
    if (got != sizeof request || request.version != fork_protocol || header == nullptr ||
        header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof given))
        return false;
    std::memcpy(given, CMSG_DATA(header), sizeof given);
    return true;
}

template <typename Message>
bool say(const Message& message) noexcept
{
    return sys::call(SYS_sendto, channel, sys::address(&message), sizeof message, MSG_NOSIGNAL, 0, 0) == sizeof message;
}

} // namespace

bool becomes_fork_server(char** environment) noexcept
{
    char** kept = environment;
    for (char** entry = environment; *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        if (!text.starts_with(fork_server_variable) || !text.substr(fork_server_variable.size()).starts_with('=')) {
            *kept++ = *entry;
            continue;
        }
        channel = number_of(text.substr(fork_server_variable.size() + 1));
        std::memset(*entry, 0, text.size()); // /proc/PID/environ shows it
    }
    *kept = nullptr;
    if (channel < 0) return false;
    for (int fd = 0; fd < standard_streams; ++fd)
        streams_at_boot[fd] = identity_of(fd);
    directory_at_boot = working_directory();
    for (const char* const name : {"__asan_init", "__tsan_init", "__msan_init", "__hwasan_init", "__lsan_init"})
        has_sanitizer = has_sanitizer || dlsym(RTLD_DEFAULT, name) != nullptr;
    return true;
}

bool is_fork_server() noexcept { return channel >= 0; }

void serve_forks() noexcept
{
    auto finding = look();
    ThreadRecord thread;
    if (!thread.find()) finding = {ForkObstacle::unknown};
    if (!say(ForkHello{fork_protocol, finding.obstacle, finding.detail}) || finding.obstacle != ForkObstacle::none)
        sys::exit_group(0);
    int given[fork_descriptors];
    while (take(given)) {
        const long pid = sys::fork_as_sibling(thread.number);
        if (pid == 0) {
            thread.renew();
            // Said by the child, which may be about to kill the server.
            if (!say(ForkAnswer{sys::getpid()})) sys::exit_group(own_error);
            return settle(given);
        }
        for (const int fd : given)
            sys::close(fd);
        if (pid < 0 && !say(ForkAnswer{static_cast<std::int32_t>(pid)})) break;
    }
    sys::exit_group(0);
}

} // namespace faultline::hook
