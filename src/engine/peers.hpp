// The remote end of a connection, for the selector `peer`: addresses held against those of the plan, and which
// addresses a host's name was last said to have.
#pragma once

#include "plan/plan.hpp"

#include <netdb.h>
#include <sys/socket.h>

namespace faultline::engine {

using SetBits = std::uint64_t; // bit n: Plan::descriptor_sets[n] holds

/// The sets of peers that an address is in. Any time.
[[nodiscard]] SetBits match_peer(const plan::Plan& plan, const sockaddr* address, socklen_t length) noexcept;

/// Whether a stream socket has a peer and has not been shut down both ways. Two system calls. Any time.
[[nodiscard]] bool is_connected(int fd, sockaddr_storage& peer, socklen_t& length) noexcept;

/// The sets of peers that a host's name is in, whatever its addresses. Any time.
[[nodiscard]] SetBits match_host(const plan::Plan& plan, const char* name) noexcept;

/// Remembers the addresses that getaddrinfo() gave for a name, if the plan has to do with it. Any time.
void note_addresses(const plan::Plan& plan, const char* name, const addrinfo* addresses) noexcept;

} // namespace faultline::engine
