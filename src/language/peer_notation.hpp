// The notation of remote addresses in the selector `peer`.
#pragma once

#include "language/draft.hpp"
#include "language/values.hpp"

namespace faultline::language {

/// "10.0.0.0/8:5432", "*:53", "[::1]:443", "[fd00::/8]", "db*.example.com:5432", "unix:/run/*.sock". A port may be a
/// range, "8000..8999". Without a port: any.
[[nodiscard]] Reading<PeerDraft> parse_peer(std::string_view text);

/// The peer as it is written, for messages and descriptions.
[[nodiscard]] std::string peer_text(const Peer& peer, std::string_view host);

} // namespace faultline::language
