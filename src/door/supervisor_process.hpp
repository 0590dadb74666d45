// The process of a supervisor, whatever it serves: how it begins, with its keeper, and how it ends.
#pragma once

#include "door/shared.hpp"

#include <functional>

namespace faultline::door {

/// What a process does that was forked to be a supervisor: waits for the program's process to have its filter, starts
/// the keeper, and serves as `serve` says. Never returns.
[[noreturn]] void
become_supervisor(Shared& shared,
                  const std::function<void(Shared& shared, int listener, const std::function<void()>& ready)>& serve);

} // namespace faultline::door
