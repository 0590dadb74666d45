#include "door/record_caller.hpp"

#include "door/remote.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL // since Linux 6.9
#endif

namespace faultline::door {
namespace {

/// What decides about files: CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID, LINUX_IMMUTABLE, SYS_ADMIN,
/// SYS_RESOURCE, MKNOD, SETFCAP.
constexpr std::uint64_t of_files = 0x1fU | 1U << 9U | 1U << 21U | 1U << 24U | 1U << 27U | 1U << 31U;
/// Those that go with a user of the file system's other than 0.
constexpr std::uint64_t lost_with_user = 0x1fU | 1U << 9U | 1U << 27U;

std::string read_all(const std::string& path)
{
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text(8192, '\0');
    const auto size = fd ? ::read(fd.get(), text.data(), text.size()) : -1;
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
}

/// The numbers of a line of /proc/TID/status.
std::vector<std::uint64_t> numbers(const std::string& text, const char* name, int base)
{
    std::vector<std::uint64_t> numbers;
    const auto at = text.find(name);
    if (at == std::string::npos) return numbers;
    const char* next = text.c_str() + at + std::strlen(name);
    for (;;) {
        while (*next == ' ' || *next == '\t')
            ++next;
        if (*next == '\n' || *next == '\0') return numbers;
        char* end = nullptr;
        numbers.push_back(std::strtoull(next, &end, base));
        if (end == next) return numbers;
        next = end;
    }
}

std::string link_of(const std::string& path)
{
    char target[PATH_MAX];
    const auto size = ::readlink(path.c_str(), target, sizeof target);
    return {target, size < 0 ? 0 : static_cast<std::size_t>(size)};
}

/// "/proc/self" and its kin mean the caller, who we are not.
std::string said_for(const Asked& asked, const std::string& path)
{
    const auto instead = [&](std::string_view prefix, const std::string& other) -> std::optional<std::string> {
        if (!path.starts_with(prefix)) return std::nullopt;
        if (path.size() > prefix.size() && prefix.back() != '/' && path[prefix.size()] != '/') return std::nullopt;
        return other + path.substr(prefix.size());
    };
    const auto process = fmt::format("/proc/{}", asked.pid);
    if (const auto said = instead("/proc/self", process)) return *said;
    if (const auto said = instead("/proc/thread-self", fmt::format("{}/task/{}", process, asked.tid))) return *said;
    if (const auto said = instead("/dev/fd", process + "/fd")) return *said;
    if (const auto said = instead("/dev/stdin", process + "/fd/0")) return *said;
    if (const auto said = instead("/dev/stdout", process + "/fd/1")) return *said;
    if (const auto said = instead("/dev/stderr", process + "/fd/2")) return *said;
    return path;
}

/// An absolute path in the caller's root and mounts.
std::string seen_by(const Asked& asked, const std::string& path)
{
    const auto root = fmt::format("/proc/{}/root", asked.tid);
    auto& as_we = asked.facts->sees_as_we;
    if (!as_we) {
        static const std::string own_mounts = link_of("/proc/self/ns/mnt");
        as_we = link_of(root) == "/" && link_of(fmt::format("/proc/{}/ns/mnt", asked.tid)) == own_mounts;
    }
    if (*as_we) return said_for(asked, path);
    return root + path;
}

} // namespace

std::optional<Rights> rights_of(pid_t tid)
{
    const auto text = read_all(fmt::format("/proc/{}/status", tid));
    const auto users = numbers(text, "\nUid:", 10), groups = numbers(text, "\nGid:", 10);
    const auto umask = numbers(text, "\nUmask:", 8), capabilities = numbers(text, "\nCapEff:", 16);
    if (users.size() < 4 || groups.size() < 4 || umask.empty() || capabilities.empty()) return std::nullopt;
    Rights rights;
    rights.umask = static_cast<mode_t>(umask[0]);
    rights.user = static_cast<std::uint32_t>(users[3]);
    rights.group = static_cast<std::uint32_t>(groups[3]);
    for (const auto group : numbers(text, "\nGroups:", 10))
        rights.groups.push_back(static_cast<std::uint32_t>(group));
    rights.capabilities = capabilities[0] & of_files;
    return rights;
}

// Raw system calls: libc's set the groups of all threads, and know no way to tell of a failure of setfsuid.
WithRights::WithRights(const Rights& rights, const Rights& own) : own_(own), umask_(::umask(rights.umask))
{
    const bool same = rights.user == own.user && rights.group == own.group && rights.groups == own.groups;
    const auto left = rights.user == own.user ? own.capabilities : own.capabilities & ~lost_with_user;
    const auto matters = rights.user == own.user ? of_files : lost_with_user;
    possible_ = (same || own.user == 0) && (rights.capabilities & matters) == (left & matters);
    if (same || !possible_) return;
    changed_ = true;
    possible_ = ::syscall(SYS_setgroups, rights.groups.size(), rights.groups.data()) == 0;
    ::syscall(SYS_setfsgid, rights.group);
    ::syscall(SYS_setfsuid, rights.user);
    possible_ = possible_ && ::syscall(SYS_setfsgid, -1) == static_cast<long>(rights.group) &&
                ::syscall(SYS_setfsuid, -1) == static_cast<long>(rights.user);
}

WithRights::~WithRights()
{
    const int error = errno;
    ::umask(umask_);
    if (changed_) {
        ::syscall(SYS_setfsuid, own_.user);
        ::syscall(SYS_setfsgid, own_.group);
        ::syscall(SYS_setgroups, own_.groups.size(), own_.groups.data());
    }
    errno = error;
}

std::string Place::whole() const
{
    if (!base) return path;
    const auto start = fmt::format("/proc/self/fd/{}", base.get());
    return path.empty() ? start : start + "/" + path;
}

std::optional<Place> place_of(const Asked& asked, int directory, std::uint64_t path)
{
    Place place;
    if (path != 0 && !read_text(asked.tid, path, place.path)) return std::nullopt;
    if (place.path.starts_with('/')) {
        place.path = seen_by(asked, place.path);
        return place;
    }
    if (directory == AT_FDCWD)
        place.base = Fd(::open(fmt::format("/proc/{}/cwd", asked.tid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    else
        place.base = descriptor_of(asked, directory);
    if (!place.base) return std::nullopt;
    return place;
}

std::optional<Last> last_of(const Place& place)
{
    auto path = place.path;
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    if (path.empty() || path == "/") return std::nullopt;
    const auto slash = path.rfind('/');
    Last last;
    last.name = slash == std::string::npos ? path : path.substr(slash + 1);
    const auto directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    last.directory = Fd(::openat(place.at(), directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!last.directory || last.name == "." || last.name == "..") return std::nullopt;
    return last;
}

std::optional<Last> resolve(const Asked& asked, Last last)
{
    constexpr int most_links = 40; // the kernel's own limit
    for (int links = 0; links < most_links; ++links) {
        Seen status{};
        if (!look(last.directory.get(), last.name.c_str(), AT_SYMLINK_NOFOLLOW, status) || !S_ISLNK(status.stx_mode))
            return last;
        struct statfs system {};
        // The links there are not what they say.
        if (::fstatfs(last.directory.get(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC) return last;
        char target[PATH_MAX];
        const auto size = ::readlinkat(last.directory.get(), last.name.c_str(), target, sizeof target);
        if (size <= 0) return std::nullopt;
        Place place;
        place.path.assign(target, static_cast<std::size_t>(size));
        if (place.path.starts_with('/'))
            place.path = seen_by(asked, place.path);
        else
            place.base = std::move(last.directory);
        auto next = last_of(place);
        if (!next) return std::nullopt;
        last = std::move(*next);
    }
    return std::nullopt;
}

Fd descriptor_of(const Asked& asked, int fd)
{
    return Fd(fd < 0 ? -1 : static_cast<int>(::syscall(SYS_pidfd_getfd, asked.pidfd, fd, 0)));
}

Callers::~Callers()
{
    for (const auto& [tid, thread] : threads_)
        ::close(thread.pidfd);
}

void Callers::forget()
{
    for (auto& [tid, thread] : threads_)
        thread.facts = {};
}

void Callers::doubt(const Asked& asked)
{
    forget();
    doubted_.insert(asked.tid);
}

bool Callers::find(Asked& asked)
{
    auto found = threads_.find(asked.tid);
    if (found != threads_.end()) {
        pollfd ended{found->second.pidfd, POLLIN, 0};
        if (::poll(&ended, 1, 0) > 0) { // its number is another one's by now
            ::close(found->second.pidfd);
            threads_.erase(found);
            found = threads_.end();
        }
    }
    if (found == threads_.end()) {
        constexpr std::size_t most = 512;
        if (threads_.size() >= most) {
            for (auto each = threads_.begin(); each != threads_.end();) {
                pollfd ended{each->second.pidfd, POLLIN, 0};
                const bool gone = ::poll(&ended, 1, 0) > 0;
                if (gone) ::close(each->second.pidfd);
                each = gone ? threads_.erase(each) : std::next(each);
            }
        }
        Thread thread;
        thread.pid = status_of_thread(asked.tid).process;
        if (thread.pid == 0) return false;
        thread.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, asked.tid, PIDFD_THREAD));
        if (thread.pidfd < 0) thread.pidfd = static_cast<int>(::syscall(SYS_pidfd_open, thread.pid, 0));
        if (thread.pidfd < 0) return false;
        auto& [ordinal, threads] = processes_[thread.pid];
        if (thread.pid == asked.tid || ordinal == 0) ordinal = ++count_, threads = 0;
        thread.name = fmt::format("{}.{}", ordinal, ++threads);
        found = threads_.emplace(asked.tid, std::move(thread)).first;
    }
    if (!doubted_.empty()) {
        forget();
        doubted_.erase(asked.tid);
        constexpr std::size_t most_doubted = 64; // threads that ended in such a call
        if (doubted_.size() > most_doubted)
            std::erase_if(doubted_,
                          [](pid_t tid) { return ::access(fmt::format("/proc/{}", tid).c_str(), F_OK) != 0; });
    }
    asked.facts = &found->second.facts;
    asked.pid = found->second.pid;
    asked.pidfd = found->second.pidfd;
    asked.thread = found->second.name;
    return true;
}

} // namespace faultline::door
