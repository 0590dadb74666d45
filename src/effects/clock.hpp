// `clock`: what the time functions say. Beyond the effect itself, whoever asks a clock that was moved once must never see
// it go back, and a deadline that the host has worked out by a moved clock has to be read by it.
#pragma once

#include "effects/effects.hpp"

namespace faultline::effects {

/// After every call that tells the time, struck or not, where the plan moves clocks: keeps monotonic clocks monotonic.
void keep_monotonic(calls::Id row, const Word* words) noexcept;

} // namespace faultline::effects
