// How clocks go under faults of type `clock`. A fault's clock goes right until the fault begins, from there on at the
// fault's speed, and right again when the fault is over: a function of the real time alone, that starts from moments
// which are written once, at arming. So every thread and every forked child is told the same, and nothing that another
// thread reads is ever half changed.
#pragma once

#include "plan/plan.hpp"

#include <cstdint>
#include <ctime>

namespace faultline::effects {

/// Clocks that do not go alike. `ticks`: those of times().
enum class Clock : std::uint8_t { wall, tai, monotonic, raw, boot, ticks, other };
inline constexpr std::size_t told_clocks = 6; // `other`, such as processor time, is told by no fault

[[nodiscard]] Clock clock_of(clockid_t id) noexcept;
[[nodiscard]] constexpr bool never_goes_back(Clock clock) noexcept
{
    return clock != Clock::wall && clock != Clock::tai && clock != Clock::other;
}

/// The moment that never comes.
inline constexpr std::int64_t never = INT64_MAX;

/// A clock as it is told, in ns: told = from + speed × (real − from) + offset, from `from` until `until`; right
/// outside.
struct Course {
    std::int64_t from = 0;
    std::int64_t until = 0;
    double speed = 1;
    std::int64_t offset = 0;

    [[nodiscard]] bool holds(std::int64_t real) const noexcept { return real >= from && real < until; }
    [[nodiscard]] std::int64_t told(std::int64_t real) const noexcept;
    /// The first real moment, none before `now`, at which the clock is told to show `told` or more; or `never`.
    [[nodiscard]] std::int64_t real(std::int64_t told, std::int64_t now) const noexcept;
    /// How long a time that the caller means by the told clock lasts really, from `now` on; or `never`.
    [[nodiscard]] std::int64_t real_span(std::int64_t span, std::int64_t now) const noexcept;
    [[nodiscard]] std::int64_t told_span(std::int64_t span, std::int64_t now) const noexcept;
};

/// Fixes the moments that the faults' clocks start from. At arming, before the first call is struck.
void start_clocks(const plan::Plan& plan) noexcept;

/// Another plan of the same shape is in force. Any time after arming.
void go_on_with_clocks(const plan::Plan& plan) noexcept;

/// The course that a fault gives a clock. After arming.
[[nodiscard]] Course course_of(const plan::Fault& fault, Clock clock) noexcept;

/// The course that the calling thread knows a clock by: of the fault that told it last, in this thread or else in any;
/// where no thread has asked yet, of the first fault that tells it at every call. Right before arming. Any time.
[[nodiscard]] Course known_course(Clock clock) noexcept;

/// Takes note that the calling thread was told a clock by a fault, or rightly (nullptr).
void note_teller(Clock clock, const plan::Fault* fault) noexcept;

} // namespace faultline::effects
