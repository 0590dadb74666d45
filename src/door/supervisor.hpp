// The process that answers the kernel's questions: which of the tree's calls are struck, and by what.
#pragma once

#include "door/images.hpp"
#include "door/shared.hpp"

namespace faultline::door {

/// Waits for the program's process to have its filter, and serves its tree until no process of it is left. Never returns.
[[noreturn]] void supervise(Shared& shared, Setting setting);

} // namespace faultline::door
