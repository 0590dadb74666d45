#include "effects/rearm.hpp"

#include "engine/descriptors.hpp"
#include "engine/scratch.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <sys/epoll.h>
#include <sys/stat.h>

namespace faultline::effects {
namespace {

// Of a directory entry as getdents64 gives it: where its length and its name stand.
constexpr long length_at = 16;
constexpr long name_at = 19;

/// The number that a text begins with, after blanks; what was read is taken off it.
std::uint64_t take_number(std::string_view& text, unsigned base) noexcept
{
    while (text.starts_with(' '))
        text.remove_prefix(1);
    std::uint64_t number = 0;
    for (; !text.empty(); text.remove_prefix(1)) {
        const char digit = text.front();
        const auto value = static_cast<unsigned>(digit >= 'a' ? digit - 'a' + 10 : digit - '0');
        if (value >= base) break;
        number = number * base + value;
    }
    return number;
}

/// "tfd:        7 events: 8000201d data:                7  pos:…": whether it is of this descriptor, and what is watched.
bool watches(std::string_view line, int fd, epoll_event& event) noexcept
{
    const auto after = [&line](std::string_view key) {
        const auto at = line.find(key);
        if (at == std::string_view::npos) return false;
        line.remove_prefix(at + key.size());
        return true;
    };
    if (!line.starts_with("tfd:") || !after("tfd:") || take_number(line, 10) != static_cast<std::uint64_t>(fd))
        return false;
    if (!after("events:")) return false;
    event.events = static_cast<std::uint32_t>(take_number(line, 16));
    if (!after("data:")) return false;
    event.data.u64 = take_number(line, 16);
    return true;
}

/// Modified to what it is, an entry is looked at anew: if it is ready, the next epoll_wait says so. One that EPOLLONESHOT
/// has switched off waits for its host to switch it on. (A host that changes the entry from another thread at this very
/// moment may have its change undone; this thread is in a call on the descriptor.)
void look_anew(int set, int fd, epoll_event event) noexcept
{
    constexpr std::uint32_t anything = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP;
    if ((event.events & EPOLLET) == 0 || (event.events & anything) == 0) return;
    sys::call(SYS_epoll_ctl, set, EPOLL_CTL_MOD, fd, sys::address(&event));
}

void look_through(int set, int fd) noexcept
{
    char name[48];
    sys::Writer{name} << "/proc/thread-self/fdinfo/" << static_cast<std::uint64_t>(set);
    const int info = sys::open(name, O_RDONLY);
    if (info < 0) return;
    const engine::Scratch scratch;
    std::size_t held = 0;
    while (scratch.data() != nullptr) {
        const long more = sys::read(info, scratch.data() + held, engine::Scratch::size - held);
        if (more <= 0) break;
        std::string_view text{scratch.data(), held + static_cast<std::size_t>(more)};
        for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
            epoll_event event{};
            if (watches(text.substr(0, end), fd, event)) look_anew(set, fd, event);
            text.remove_prefix(end + 1);
        }
        held = text.size() < engine::Scratch::size ? text.size() : 0; // the beginning of a line
        __builtin_memmove(scratch.data(), text.data(), held);
    }
    sys::close(info);
}

bool is_epoll(std::string_view number) noexcept
{
    constexpr std::string_view epoll = "anon_inode:[eventpoll]";
    char name[48];
    char link[epoll.size() + 1];
    sys::Writer{name} << "/proc/thread-self/fd/" << number;
    const long length = sys::readlink(name, link, sizeof link);
    return length > 0 && std::string_view{link, static_cast<std::size_t>(length)} == epoll;
}

} // namespace

void rearm(int fd) noexcept
{
    if (fd < 0 || !engine::look_ups_allowed()) return;
    struct stat status {};
    if (sys::call(SYS_fstat, fd, sys::address(&status)) != 0 || (status.st_mode & S_IFMT) == S_IFREG) return;
    const int directory = sys::open("/proc/thread-self/fd", O_RDONLY | O_DIRECTORY);
    if (directory < 0) return;
    const engine::Scratch scratch;
    long bytes = 0;
    while (scratch.data() != nullptr &&
           (bytes = sys::call(SYS_getdents64, directory, sys::address(scratch.data()), engine::Scratch::size)) > 0) {
        for (long at = 0; at < bytes;) {
            const char* const entry = scratch.data() + at;
            std::uint16_t length = 0;
            __builtin_memcpy(&length, entry + length_at, sizeof length);
            at += length;
            std::string_view number{entry + name_at};
            if (number.starts_with('.') || !is_epoll(number)) continue;
            look_through(static_cast<int>(take_number(number, 10)), fd);
        }
    }
    sys::close(directory);
}

} // namespace faultline::effects
