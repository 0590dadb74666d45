#include "effects/told.hpp"

#include "engine/numbers.hpp"
#include "sys/syscalls.hpp"

#include <atomic>
#include <functional>

namespace faultline::effects {
namespace {

constexpr clockid_t ids[told_clocks] = {CLOCK_REALTIME,      CLOCK_TAI,      CLOCK_MONOTONIC,
                                        CLOCK_MONOTONIC_RAW, CLOCK_BOOTTIME, CLOCK_MONOTONIC};

/// Each clock at the moment of arming. Written before `started`, and never again.
constinit std::int64_t armed_at[told_clocks]{};
constinit std::atomic<const plan::Plan*> started{nullptr};

// Who told a clock last: the index of a fault, plus `first_fault`.
enum : std::uint16_t { untold, rightly, first_fault };
constinit std::atomic<std::uint16_t> last_teller[told_clocks]{};
constinit thread_local std::uint16_t own_teller[told_clocks]{};

std::size_t index(Clock clock) noexcept { return static_cast<std::size_t>(clock); }

bool tells(const plan::Plan& plan, std::size_t fault, Clock clock) noexcept
{
    const auto functions = plan.view(plan.function_of_row);
    for (std::size_t row = 0; row < calls::row_count; ++row) {
        const auto how = calls::table[row].tells;
        if (how == calls::Tells::nothing || functions[row] == plan::no_index) continue;
        const bool fits = how == calls::Tells::ticks               ? clock == Clock::ticks
                          : how == calls::Tells::timespec_of_clock ? clock != Clock::ticks
                                                                   : clock == Clock::wall;
        if (!fits) continue;
        for (const auto member : plan.view(plan.view(plan.functions)[functions[row]].faults))
            if (member == fault) return true;
    }
    return false;
}

/// Whether a fault strikes every call of its functions while it is in its window.
bool is_certain(const plan::Fault& fault) noexcept
{
    return fault.enabled && !fault.elsewhere && !fault.selective && fault.on.count == 0 && fault.burst.enter == 0 &&
           fault.probability == plan::unlimited && fault.max_triggers == plan::unlimited;
}

std::uint16_t certain_teller(const plan::Plan& plan, Clock clock) noexcept
{
    const auto faults = plan.view(plan.faults);
    for (std::size_t i = 0; i < faults.size(); ++i)
        if (faults[i].type == plan::Type::clock && is_certain(faults[i]) && tells(plan, i, clock))
            return static_cast<std::uint16_t>(first_fault + i);
    return rightly;
}

std::uint16_t teller(Clock clock) noexcept
{
    const auto own = own_teller[index(clock)];
    return own != untold ? own : last_teller[index(clock)].load(std::memory_order_relaxed);
}

/// A non-negative number, rounded to the nearest.
std::int64_t rounded(double ns) noexcept
{
    constexpr double most = 9.2e18;
    return ns < most ? engine::rounded<std::int64_t>(ns) : never;
}

std::int64_t rounded_up(double ns) noexcept
{
    const auto near = rounded(ns);
    return near != never && static_cast<double>(near) < ns ? near + 1 : near;
}

/// A sum that stays within the numbers.
std::int64_t plus(std::int64_t a, std::int64_t b) noexcept
{
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? never : INT64_MIN;
}

} // namespace

Clock clock_of(clockid_t id) noexcept
{
    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
        return Clock::wall;
    case CLOCK_TAI:
        return Clock::tai;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_COARSE:
        return Clock::monotonic;
    case CLOCK_MONOTONIC_RAW:
        return Clock::raw;
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        return Clock::boot;
    default:
        return Clock::other;
    }
}

std::int64_t Course::told(std::int64_t real) const noexcept
{
    if (!holds(real)) return real;
    if (speed == 1) return plus(real, offset); // exactly, however long ago it began
    return plus(plus(from, rounded(speed * static_cast<double>(real - from))), offset);
}

std::int64_t Course::real(std::int64_t told, std::int64_t now) const noexcept
{
    if (now < from && told <= from) return told > now ? told : now;
    const auto begin = now > from ? now : from;
    if (begin < until) {
        std::int64_t at = begin;
        if (const auto ahead = plus(plus(told, -from), -offset); ahead > 0) {
            if (speed == 1)
                at = plus(from, ahead);
            else if (speed > 0)
                at = plus(from, rounded_up(static_cast<double>(ahead) / speed));
            else
                at = never;
            if (at < begin) at = begin;
        }
        if (at < until) return at;
    }
    if (until == never) return never;
    const auto over = until > now ? until : now;
    return told > over ? told : over;
}

std::int64_t Course::real_span(std::int64_t span, std::int64_t now) const noexcept
{
    const auto end = real(plus(told(now), span), now);
    return end == never ? never : end - now;
}

std::int64_t Course::told_span(std::int64_t span, std::int64_t now) const noexcept
{
    return told(plus(now, span)) - told(now);
}

void start_clocks(const plan::Plan& plan) noexcept
{
    if (!plan.moves_clock) return;
    for (std::size_t i = 0; i < told_clocks; ++i)
        armed_at[i] = sys::now(ids[i]);
    for (std::size_t i = 0; i < told_clocks; ++i)
        last_teller[i].store(certain_teller(plan, Clock{static_cast<std::uint8_t>(i)}), std::memory_order_relaxed);
    started.store(&plan, std::memory_order_release);
}

void go_on_with_clocks(const plan::Plan& plan) noexcept
{
    if (started.load(std::memory_order_acquire) == nullptr) return start_clocks(plan);
    started.store(&plan, std::memory_order_release);
}

Course course_of(const plan::Fault& fault, Clock clock) noexcept
{
    const auto armed = armed_at[index(clock)];
    const auto until = fault.until == plan::unlimited ? never : plus(armed, static_cast<std::int64_t>(fault.until));
    const bool has_offset = clock == Clock::wall || clock == Clock::tai;
    return {plus(armed, static_cast<std::int64_t>(fault.after)), until, fault.clock_speed,
            has_offset ? fault.clock_offset : 0};
}

Course known_course(Clock clock) noexcept
{
    const auto* const plan = started.load(std::memory_order_acquire);
    if (plan == nullptr || clock == Clock::other) return {};
    const auto by = teller(clock);
    return by < first_fault ? Course{} : course_of(plan->view(plan->faults)[by - first_fault], clock);
}

void note_teller(Clock clock, const plan::Fault* fault) noexcept
{
    const auto* const plan = started.load(std::memory_order_acquire);
    if (plan == nullptr || clock == Clock::other) return;
    // A call may still be at it that was struck by a plan before this one.
    const auto faults = plan->view(plan->faults);
    const bool in_force = fault != nullptr && std::less_equal<>{}(faults.data(), fault) &&
                          std::less<>{}(fault, faults.data() + faults.size());
    const auto by =
        in_force ? static_cast<std::uint16_t>(first_fault + (fault - faults.data())) : std::uint16_t{rightly};
    own_teller[index(clock)] = by;
    auto& last = last_teller[index(clock)];
    if (last.load(std::memory_order_relaxed) != by) last.store(by, std::memory_order_relaxed);
}

} // namespace faultline::effects
