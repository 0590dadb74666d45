// The slots through which every exported symbol jumps, and the entries that a plan may point them at.
#pragma once

#include "calls/table.hpp"

namespace faultline::hook {

/// Fills `reals` and points every slot at libc. Called by the first hook that runs, wherever that is, and by boot; may be
/// called again.
void resolve() noexcept;

/// Points a row's slot at its hook. After resolve().
void arm_row(calls::Id row) noexcept;

} // namespace faultline::hook
