// The process that answers the kernel's questions: which of the tree's calls are struck, and by what.
#pragma once

#include "door/images.hpp"
#include "door/shared.hpp"

#include <functional>

namespace faultline::door {

/// Serves the program's tree until no process of it is left.
void supervise(Shared& shared, Setting setting, int listener, const std::function<void()>& ready);

} // namespace faultline::door
