// The process that answers the kernel's questions: which of the tree's calls are struck, and by what.
#pragma once

#include "door/images.hpp"
#include "door/shared.hpp"

#include <functional>

namespace faultline::door {

/// Serves the program's tree until no process of it is left.
void supervise(Shared& shared, Setting setting, int listener, const std::function<void()>& ready);

/// What a process does that was forked to be a supervisor: waits for the program's process to have its filter, starts
/// the keeper, and serves as `serve` says. Never returns.
[[noreturn]] void
become_supervisor(Shared& shared,
                  const std::function<void(Shared& shared, int listener, const std::function<void()>& ready)>& serve);

} // namespace faultline::door
