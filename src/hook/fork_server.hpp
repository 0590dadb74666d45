// The library's side of the fork server (fork_protocol.hpp): a process that stays before main and has children that go
// on from there, so that none of them is executed, loaded and relocated anew.
#pragma once

namespace faultline::hook {

/// Whether this process is to be a fork server, and if so takes the variable out of `environment`. Boot only, once.
[[nodiscard]] bool becomes_fork_server(char** environment) noexcept;

/// Whether it is one. From boot on.
[[nodiscard]] bool is_fork_server() noexcept;

/// Serves, and returns in a child: a process like a new one that has come to main. Where main would be called, by the
/// only thread; never returns in the server itself.
void serve_forks() noexcept;

} // namespace faultline::hook
