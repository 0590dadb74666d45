#include "engine/peers.hpp"

#include "engine/draw.hpp"
#include "plan/glob.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <atomic>
#include <cstddef>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>

namespace faultline::engine {
namespace {

using plan::Peer;
using NameBits = std::uint32_t; // bit n: Plan::host_names[n] matches

/// An address in the form in which it is compared.
struct Remote {
    enum class Family : std::uint8_t { none, ipv4, ipv6, unix_path } family = Family::none;
    std::uint8_t bytes[16]{};
    std::uint16_t port = 0;
    std::string_view path; // of unix_path; "@name" without its '@' is abstract
};

Remote remote_of(const sockaddr* address, socklen_t length) noexcept
{
    Remote remote;
    if (address == nullptr || length < sizeof(sa_family_t)) return remote;
    if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
        const auto* const in = reinterpret_cast<const sockaddr_in*>(address);
        __builtin_memcpy(remote.bytes, &in->sin_addr, 4);
        remote.port = ntohs(in->sin_port);
        remote.family = Remote::Family::ipv4;
    } else if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
        const auto* const in = reinterpret_cast<const sockaddr_in6*>(address);
        const bool mapped = IN6_IS_ADDR_V4MAPPED(&in->sin6_addr) != 0; // an IPv4 peer of an IPv6 socket
        __builtin_memcpy(remote.bytes, in->sin6_addr.s6_addr + (mapped ? 12 : 0), mapped ? 4 : 16);
        remote.port = ntohs(in->sin6_port);
        remote.family = mapped ? Remote::Family::ipv4 : Remote::Family::ipv6;
    } else if (address->sa_family == AF_UNIX) {
        const auto* const un = reinterpret_cast<const sockaddr_un*>(address);
        const auto room = length - offsetof(sockaddr_un, sun_path);
        remote.family = Remote::Family::unix_path;
        if (room > 0 && room <= sizeof un->sun_path)
            remote.path =
                un->sun_path[0] == '\0' ? std::string_view{un->sun_path, room} : sys::text_within(un->sun_path, room);
    }
    return remote;
}

bool in_network(const Peer& peer, const std::uint8_t* bytes) noexcept
{
    const unsigned whole = peer.prefix / 8U;
    if (__builtin_memcmp(peer.address, bytes, whole) != 0) return false;
    const unsigned rest = peer.prefix % 8U;
    return rest == 0 || ((peer.address[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}

// Which names an address was given for. Keyed by a hash of the address; when it is full, newer ones take the places of
// older ones.
struct Known {
    std::atomic<std::uint64_t> address;
    std::atomic<NameBits> names;
};
constexpr std::size_t known_size = 1024;
[[gnu::section(".bss.late")]] constinit Known known[known_size]{};

std::uint64_t key_of(Remote::Family family, const std::uint8_t* bytes) noexcept
{
    std::uint64_t halves[2];
    __builtin_memcpy(halves, bytes, sizeof halves);
    return mix(halves[0] + mix(halves[1] + golden * (1 + static_cast<std::uint64_t>(family)))) | 1U;
}

Known* find(std::uint64_t key) noexcept
{
    constexpr std::size_t probes = 16;
    for (std::size_t i = 0; i < probes; ++i) {
        auto& place = known[(key + i) % known_size];
        const auto there = place.address.load(std::memory_order_acquire);
        if (there == key || there == 0) return &place;
    }
    return nullptr;
}

NameBits names_of(const Remote& remote) noexcept
{
    const auto key = key_of(remote.family, remote.bytes);
    const auto* const place = find(key);
    return place != nullptr && place->address.load(std::memory_order_acquire) == key
               ? place->names.load(std::memory_order_relaxed)
               : 0;
}

NameBits names_matching(const plan::Plan& plan, const char* name) noexcept
{
    if (name == nullptr) return 0;
    char lower[256]; // names in DNS are shorter, and have no case
    std::size_t length = 0;
    for (; name[length] != '\0'; ++length) {
        if (length == sizeof lower) return 0;
        const char letter = name[length];
        lower[length] = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
    }
    NameBits bits = 0;
    const auto globs = plan.view(plan.host_names);
    for (std::size_t i = 0; i < globs.size(); ++i)
        if (plan::glob_matches(plan.text(globs[i]), {lower, length})) bits |= NameBits{1} << i;
    return bits;
}

bool holds(const plan::Plan& plan, const Peer& peer, const Remote& remote, NameBits names) noexcept
{
    using enum Peer::Host;
    const bool every_port = peer.port_first == 0 && peer.port_last == 0xffff;
    if (peer.host == unix_path)
        return remote.family == Remote::Family::unix_path && plan::path_matches(plan.text(peer.pattern), remote.path);
    if (remote.family == Remote::Family::unix_path) return peer.host == any && every_port;
    if (remote.port < peer.port_first || remote.port > peer.port_last) return false;
    switch (peer.host) {
    case any:
        return true;
    case ipv4:
        return remote.family == Remote::Family::ipv4 && in_network(peer, remote.bytes);
    case ipv6:
        return remote.family == Remote::Family::ipv6 && in_network(peer, remote.bytes);
    default:
        return (names >> peer.name & 1U) != 0;
    }
}

/// The sets of which some peer holds and none that is led by '!'.
template <class Holds>
SetBits match_sets(const plan::Plan& plan, const Holds& peer_holds) noexcept
{
    const auto sets = plan.view(plan.descriptor_sets);
    SetBits bits = 0;
    for (std::size_t set = 0; set < sets.size(); ++set) {
        const auto peers = plan.view(sets[set].peers);
        if (!peers.empty() && plan::chosen(peers, peer_holds)) bits |= SetBits{1} << set;
    }
    return bits;
}

} // namespace

SetBits match_peer(const plan::Plan& plan, const sockaddr* address, socklen_t length) noexcept
{
    const auto remote = remote_of(address, length);
    if (remote.family == Remote::Family::none) return 0;
    const auto names = plan.names_hosts ? names_of(remote) : 0;
    return match_sets(plan, [&](const Peer& peer) { return holds(plan, peer, remote, names); });
}

bool is_connected(int fd, sockaddr_storage& peer, socklen_t& length) noexcept
{
    length = sizeof peer;
    if (sys::call(SYS_getpeername, fd, sys::address(&peer), sys::address(&length)) != 0) return false;
    pollfd state{fd, 0, 0};
    constexpr timespec at_once{0, 0};
    sys::call(SYS_ppoll, sys::address(&state), 1, sys::address(&at_once), 0, 0);
    return (state.revents & POLLHUP) == 0;
}

SetBits match_host(const plan::Plan& plan, const char* name) noexcept
{
    const auto names = names_matching(plan, name);
    return match_sets(plan, [&](const Peer& peer) {
        return peer.host == Peer::Host::any || (peer.host == Peer::Host::name && (names >> peer.name & 1U) != 0);
    });
}

void note_addresses(const plan::Plan& plan, const char* name, const addrinfo* addresses) noexcept
{
    const auto names = names_matching(plan, name);
    for (const auto* each = addresses; names != 0 && each != nullptr; each = each->ai_next) {
        const auto remote = remote_of(each->ai_addr, each->ai_addrlen);
        if (remote.family == Remote::Family::none) continue;
        const auto key = key_of(remote.family, remote.bytes);
        auto* place = find(key);
        if (place == nullptr) place = &known[key % known_size];
        if (place->address.exchange(key, std::memory_order_acq_rel) != key) place->names.store(0);
        place->names.fetch_or(names, std::memory_order_relaxed);
    }
}

} // namespace faultline::engine
