#include "language/peer_notation.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <charconv>

namespace faultline::language {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view form =
    "it must be such as \"10.0.0.0/8:5432\", \"[::1]:443\", \"db.example.com:5432\", \"*:53\" or \"unix:/run/*.sock\"";

Reading<PeerDraft> problem(std::string text) { return {{}, std::move(text)}; }

std::optional<unsigned> number(std::string_view text, unsigned most)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
    return value;
}

/// Reads ":PORT", ":FIRST..LAST", ":*" or nothing. Says what is wrong, or nothing.
std::string read_port(std::string_view text, Peer& peer)
{
    if (text.empty() || text == ":*") return {};
    if (text.front() != ':') return std::string(form);
    text.remove_prefix(1);
    const auto dots = text.find("..");
    const auto first = number(text.substr(0, dots), 0xffff);
    const auto last = dots == std::string_view::npos ? first : number(text.substr(dots + 2), 0xffff);
    if (!first || !last) return fmt::format("'{}' is not a port (0 to 65535, or a range such as 8000..8999)", text);
    if (*first > *last) return fmt::format("its ports run backwards (did you mean {}..{}?)", *last, *first);
    peer.port_first = static_cast<std::uint16_t>(*first);
    peer.port_last = static_cast<std::uint16_t>(*last);
    return {};
}

/// Reads "ADDRESS" or "ADDRESS/BITS" of a family.
std::string read_network(std::string_view text, int family, Peer& peer)
{
    const bool is_v4 = family == AF_INET;
    const auto slash = text.find('/');
    const unsigned all = is_v4 ? 32 : 128;
    const std::string address(text.substr(0, slash));
    if (inet_pton(family, address.c_str(), peer.address) != 1)
        return fmt::format("'{}' is not an {} address", address, is_v4 ? "IPv4" : "IPv6");
    const auto bits = slash == std::string_view::npos ? all : number(text.substr(slash + 1), all);
    if (!bits) return fmt::format("'{}' is not a number of bits (0 to {})", text.substr(slash + 1), all);
    peer.host = is_v4 ? Peer::Host::ipv4 : Peer::Host::ipv6;
    peer.prefix = static_cast<std::uint8_t>(*bits);
    for (unsigned bit = *bits; bit < all; ++bit)
        if ((peer.address[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return fmt::format("'{}' has bits set beyond its first {} (it names one address, not a network)", text,
                               *bits);
    return {};
}

bool looks_like_ipv4(std::string_view host)
{
    return !host.empty() && host.find_first_not_of("0123456789./") == std::string_view::npos;
}

} // namespace

bool PeerDraft::operator==(const PeerDraft& other) const
{
    return host == other.host && std::memcmp(&peer, &other.peer, sizeof peer) == 0;
}

Reading<PeerDraft> parse_peer(std::string_view text)
{
    PeerDraft draft;
    auto& peer = draft.peer;
    if (text.starts_with('!')) {
        peer.negated = 1;
        text.remove_prefix(1);
    }
    if (text.empty()) return problem(std::string(form));
    if (text.starts_with(unix_prefix)) {
        draft.host = text.substr(unix_prefix.size());
        peer.host = Peer::Host::unix_path;
        auto wrong = draft.host.empty() ? std::string("a path must follow \"unix:\"") : glob_problem(draft.host, true);
        if (!wrong.empty()) return problem(std::move(wrong));
        return {std::move(draft), {}};
    }
    std::string wrong;
    if (text.front() == '[') {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return problem("its '[' is not closed");
        wrong = read_network(text.substr(1, close - 1), AF_INET6, peer);
        if (wrong.empty()) wrong = read_port(text.substr(close + 1), peer);
    } else {
        const auto colon = text.find(':');
        const auto host = text.substr(0, colon);
        const auto port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
        if (port.find(':', 1) != std::string_view::npos)
            return problem("an IPv6 address stands in brackets (write \"[::1]:443\")");
        if (looks_like_ipv4(host)) {
            wrong = read_network(host, AF_INET, peer);
        } else if (host != "*") {
            peer.host = Peer::Host::name;
            draft.host = host;
            for (auto& letter : draft.host)
                letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
            wrong = host.empty() ? std::string(form) : glob_problem(host, false);
        }
        if (wrong.empty()) wrong = read_port(port, peer);
    }
    if (!wrong.empty()) return problem(std::move(wrong));
    return {std::move(draft), {}};
}

std::string peer_text(const Peer& peer, std::string_view host)
{
    using enum Peer::Host;
    char address[INET6_ADDRSTRLEN] = "";
    std::string text;
    switch (peer.host) {
    case unix_path:
        return fmt::format("unix:{}", host);
    case name:
        text = host;
        break;
    case any:
        text = "*";
        break;
    case ipv4:
        text = inet_ntop(AF_INET, peer.address, address, sizeof address);
        if (peer.prefix != 32) text += fmt::format("/{}", peer.prefix);
        break;
    case ipv6:
        text = inet_ntop(AF_INET6, peer.address, address, sizeof address);
        if (peer.prefix != 128) text += fmt::format("/{}", peer.prefix);
        text = fmt::format("[{}]", text);
        break;
    }
    if (peer.port_first == peer.port_last) return fmt::format("{}:{}", text, peer.port_first);
    if (peer.port_first != 0 || peer.port_last != 0xffff)
        return fmt::format("{}:{}..{}", text, peer.port_first, peer.port_last);
    return text;
}

} // namespace faultline::language
