// `clock`: what the time functions say. Beyond the effect itself, whoever asks a clock that was moved once must never
// see it go back, and a deadline that the host has worked out by a moved clock has to be read by it.
#pragma once

#include "effects/effects.hpp"

#include <ctime>

namespace faultline::effects {

/// After every call that tells the time and is not struck, where the plan moves clocks: keeps monotonic clocks
/// monotonic.
void told_rightly(calls::Id row, const Word* words) noexcept;

/// The moment until which a call waits, by the clock as it really goes: the host reckons by what it was last told.
/// `room` holds it where it is another one.
[[nodiscard]] const timespec* real_deadline(calls::Id row, const Word* words, timespec& room) noexcept;

/// Which of a waiting call's arguments is that moment.
[[nodiscard]] constexpr int deadline_argument(const calls::Spec& spec) noexcept
{
    return spec.waits.argument == calls::absent ? 2 : spec.waits.argument; // clock_nanosleep has no such limit
}

} // namespace faultline::effects
