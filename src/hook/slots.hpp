// The slots through which every exported symbol jumps, and the entries that a plan may point them at.
#pragma once

#include "calls/table.hpp"

namespace faultline::hook {

/// Finds the real function of a row and points the row's slot at it, unless that was done. Any time, also before boot.
void* resolve(calls::Id row) noexcept;

/// Points a row's slot at its hook: at once, or, because most armed functions are never called, when the first call has
/// found the real one. Boot, and later with the lock of api/ held.
void arm_row(calls::Id row) noexcept;

/// Points it at the real function again. Any time.
void disarm_row(calls::Id row) noexcept;

/// Has every call ask first whether another plan is in force (takeover.hpp). False where this processor's code for it is
/// not there. At the end of boot.
[[nodiscard]] bool watch_rows() noexcept;

} // namespace faultline::hook
