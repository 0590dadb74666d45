#include "engine/descriptors.hpp"

#include "engine/scratch.hpp"
#include "plan/glob.hpp"
#include "sys/sockets.hpp"
#include "sys/text.hpp"

#include <asm/termbits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace faultline::engine {
namespace {

constinit std::atomic<bool> may_look_up{true};

SetBits match_absolute(const plan::Plan& plan, std::string_view path) noexcept
{
    const auto sets = plan.view(plan.descriptor_sets);
    SetBits bits = 0;
    for (std::size_t set = 0; set < sets.size(); ++set)
        if (sets[set].paths.count != 0 && plan::any_matches(plan, sets[set].paths, path)) bits |= SetBits{1} << set;
    return bits;
}

template <class Wants>
bool any_set(const plan::Plan& plan, const Wants& wants) noexcept
{
    for (const auto& set : plan.view(plan.descriptor_sets))
        if (wants(set)) return true;
    return false;
}

std::uint32_t bit_of(plan::Kind kind) noexcept { return 1U << static_cast<unsigned>(kind); }

plan::Kind kind_of(int fd, const struct stat& status) noexcept
{
    using enum plan::Kind;
    switch (status.st_mode & S_IFMT) {
    case S_IFREG:
        return file;
    case S_IFDIR:
        return directory;
    case S_IFSOCK:
        return socket;
    case S_IFIFO:
        return pipe;
    case S_IFCHR: {
        char attributes[64]; // the kernel's struct termios
        return sys::call(SYS_ioctl, fd, TCGETS, sys::address(attributes)) == 0 ? tty : other;
    }
    default:
        return other;
    }
}

SetBits match_socket(const plan::Plan& plan, int fd) noexcept
{
    const int type = sys::socket_option(fd, SO_TYPE);
    if (type < 0) return 0;
    SetBits bits = type == SOCK_STREAM ? 0 : is_datagram;
    sockaddr_storage peer;
    socklen_t length = 0;
    const bool connected = is_connected(fd, peer, length);
    if (length == sizeof peer) return bits; // no peer: no address was written
    if (connected && type == SOCK_STREAM) bits |= is_connection;
    return bits | match_peer(plan, reinterpret_cast<const sockaddr*>(&peer), length);
}

/// What the system says a descriptor is: its kind, and a socket's peer. Asks only for what the plan wants to know.
SetBits match_facts(const plan::Plan& plan, int fd) noexcept
{
    if (!may_look_up.load(std::memory_order_relaxed)) return 0;
    struct stat status {};
    if (sys::call(SYS_fstat, fd, sys::address(&status)) != 0) return 0;
    SetBits bits = (status.st_mode & S_IFMT) == S_IFSOCK ? match_socket(plan, fd) : 0;
    if (any_set(plan, [](const plan::DescriptorSet& set) { return set.kinds != 0; })) {
        const auto kind = kind_of(fd, status);
        auto kinds = bit_of(kind);
        if (kind == plan::Kind::socket)
            kinds |= bit_of((bits & is_datagram) != 0 ? plan::Kind::datagram : plan::Kind::stream);
        const auto sets = plan.view(plan.descriptor_sets);
        for (std::size_t set = 0; set < sets.size(); ++set)
            if ((sets[set].kinds & kinds) != 0) bits |= SetBits{1} << set;
    }
    return bits;
}

bool has_paths(const plan::Plan& plan) noexcept
{
    return any_set(plan, [](const plan::DescriptorSet& set) { return set.paths.count != 0; });
}

/// Appends a path's components and resolves "." and ".." by their text alone.
void append_components(sys::Writer& out, std::string_view path) noexcept
{
    while (!path.empty()) {
        const auto slash = path.find('/');
        const auto component = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        if (component.empty() || component == ".") continue;
        if (component == "..") {
            const auto parent = out.view().rfind('/');
            if (parent != std::string_view::npos) out.truncate(parent);
            continue;
        }
        out << '/' << component;
    }
}

/// The length of the path, or nothing above 0. `bytes` has the room of a Scratch.
long working_directory(const Subject& subject, char* bytes) noexcept
{
    if (!subject.is_another()) return sys::getcwd(bytes, Scratch::size) - 1;
    char link[32];
    sys::Writer{link} << "/proc/" << static_cast<std::uint64_t>(subject.tid) << "/cwd";
    return sys::readlink(link, bytes, Scratch::size);
}

} // namespace

void allow_look_ups(bool may) noexcept { may_look_up = may; }
bool look_ups_allowed() noexcept { return may_look_up.load(std::memory_order_relaxed); }

bool path_of_descriptor(const Subject& subject, int fd, char* bytes, std::size_t room, std::string_view& path) noexcept
{
    const OwnDescriptor own{subject, fd};
    if (own.get() < 0 || !may_look_up.load(std::memory_order_relaxed)) return false;
    char link[32];
    sys::Writer{link} << "/proc/self/fd/" << static_cast<std::uint64_t>(own.get());
    const long length = sys::readlink(link, bytes, room);
    if (length <= 0 || bytes[0] != '/') return false;
    path = {bytes, static_cast<std::size_t>(length)};
    constexpr std::string_view deleted = " (deleted)";
    if (path.ends_with(deleted)) path.remove_suffix(deleted.size());
    return true;
}

SetBits match_paths(const plan::Plan& plan, const Subject& subject, int dirfd, const char* path) noexcept
{
    if (path == nullptr || !has_paths(plan)) return 0;
    const Scratch scratch;
    if (scratch.data() == nullptr) return 0;
    const std::string_view given{path};
    std::size_t base = 0;
    if (!given.starts_with('/')) {
        std::string_view directory;
        if (dirfd == AT_FDCWD) {
            if (!may_look_up.load(std::memory_order_relaxed)) return 0;
            const long length = working_directory(subject, scratch.data());
            if (length <= 0 || scratch.data()[0] != '/') return 0;
            base = static_cast<std::size_t>(length);
        } else {
            if (!path_of_descriptor(subject, dirfd, scratch.data(), Scratch::size, directory)) return 0;
            base = directory.size();
        }
        if (base == 1) base = 0; // "/" itself
    }
    sys::Writer absolute{{scratch.data(), Scratch::size}, base}; // ".." may climb into the directory that stands there
    append_components(absolute, given);
    return match_absolute(plan, absolute.view().empty() ? std::string_view{"/"} : absolute.view());
}

SetBits Descriptors::look_up(const plan::Plan& plan, int fd) noexcept
{
    if (fd < 0) return 0;
    const auto index = static_cast<std::size_t>(fd);
    auto entry = index < table_size ? entries_[index].load(std::memory_order_relaxed) : 0;
    const OwnDescriptor own{subject(), fd};
    auto bits = own.get() < 0 ? 0 : match_facts(plan, own.get());
    if (has_paths(plan)) {
        const Scratch scratch;
        std::string_view path;
        if (scratch.data() != nullptr && path_of_descriptor({}, own.get(), scratch.data(), Scratch::size, path))
            bits |= match_absolute(plan, path);
    }
    if (!forgetful_ && index < table_size) {
        reached(fd);
        entries_[index].compare_exchange_strong(entry, (entry & ~bits_mask) | known | bits, std::memory_order_relaxed);
    }
    return bits;
}

void Descriptors::reached(int fd) noexcept
{
    auto before = reach_.load(std::memory_order_relaxed);
    while (before <= fd && !reach_.compare_exchange_weak(before, fd + 1, std::memory_order_relaxed)) {
    }
}

void Descriptors::learn(int fd, SetBits bits) noexcept
{
    if (fd < 0 || static_cast<std::size_t>(fd) >= table_size) return;
    reached(fd);
    auto& entry = entries_[fd];
    auto before = entry.load(std::memory_order_relaxed);
    while (!entry.compare_exchange_weak(before, (((before & ~bits_mask) + one_generation) & ~bits_mask) | known | bits,
                                        std::memory_order_relaxed)) {
    }
}

void Descriptors::opened(const plan::Plan& plan, int fd, SetBits paths) noexcept
{
    const bool asks_more =
        any_set(plan, [](const plan::DescriptorSet& set) { return set.kinds != 0 || set.peers.count != 0; });
    learn(fd, asks_more ? paths | match_facts(plan, fd) : paths);
}

void Descriptors::peer_changed() noexcept
{
    const int last = reach_.load(std::memory_order_relaxed) - 1;
    for (int fd = 0; fd <= last; ++fd)
        entries_[fd].fetch_and(~(known | bits_mask), std::memory_order_relaxed);
}

void Descriptors::forget(int fd) noexcept
{
    if (fd < 0 || static_cast<std::size_t>(fd) >= table_size) return;
    auto& entry = entries_[fd];
    auto before = entry.load(std::memory_order_relaxed);
    while (!entry.compare_exchange_weak(before, ((before & ~bits_mask) + one_generation) & ~bits_mask & ~known,
                                        std::memory_order_relaxed)) {
    }
}

void Descriptors::duplicated(int from, int to) noexcept
{
    if (from < 0 || static_cast<std::size_t>(from) >= table_size) return forget(to);
    const auto entry = entries_[from].load(std::memory_order_relaxed);
    if ((entry & known) != 0)
        learn(to, entry & bits_mask);
    else
        forget(to);
}

void Descriptors::forget_range(unsigned first, unsigned last) noexcept
{
    for (std::size_t fd = first; fd <= last && fd < table_size; ++fd)
        if (entries_[fd].load(std::memory_order_relaxed) != 0) forget(static_cast<int>(fd));
}

} // namespace faultline::engine
