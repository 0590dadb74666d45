#include "effects/clock.hpp"

#include "sys/syscalls.hpp"

#include <atomic>
#include <sys/time.h>

namespace faultline::effects {
namespace {

using calls::Tells;
constexpr std::int64_t second = 1'000'000'000;

bool is_wall(clockid_t clock) noexcept
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_REALTIME_ALARM ||
           clock == CLOCK_TAI;
}

bool is_monotonic(clockid_t clock) noexcept
{
    return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_MONOTONIC_RAW ||
           clock == CLOCK_BOOTTIME || clock == CLOCK_BOOTTIME_ALARM;
}

clockid_t clock_of(Tells tells, const Word* words) noexcept
{
    return tells == Tells::timespec_of_clock ? static_cast<clockid_t>(words[0]) : CLOCK_REALTIME;
}

/// How far the clocks were off when they were last told, and how fast they went: by this the host reckons.
struct Told {
    std::atomic<std::int64_t> wall{0};
    std::atomic<std::int64_t> monotonic{0};
    std::atomic<double> speed{1};
};
constinit Told told;

/// The latest that was told of each monotonic clock.
constinit std::atomic<std::int64_t> latest[16]{};

std::int64_t never_back(clockid_t clock, std::int64_t ns) noexcept
{
    auto& last = latest[clock];
    auto before = last.load(std::memory_order_relaxed);
    while (before < ns && !last.compare_exchange_weak(before, ns, std::memory_order_relaxed)) {
    }
    return before < ns ? ns : before;
}

/// How far the fault puts a clock off at this moment.
std::int64_t shift(const Invocation& invocation, clockid_t clock) noexcept
{
    const auto& fault = *invocation.verdict.fault;
    if (!is_wall(clock) && !is_monotonic(clock)) return 0; // processor time is nobody's to move
    const auto began = invocation.verdict.header->armed_monotonic_ns.load(std::memory_order_relaxed) +
                       static_cast<std::int64_t>(fault.after);
    const auto elapsed = static_cast<double>(sys::now(CLOCK_MONOTONIC) - began);
    const auto drift = static_cast<std::int64_t>(elapsed * (fault.clock_speed - 1));
    return is_wall(clock) ? drift + fault.clock_offset : drift;
}

void put(timespec* to, std::int64_t ns) noexcept
{
    if (ns < 0) ns = 0; // before 1970: no program expects a time there
    to->tv_sec = ns / second;
    to->tv_nsec = ns % second;
}

void keep_monotonic(clockid_t clock, timespec* time) noexcept
{
    if (is_monotonic(clock) && time != nullptr) put(time, never_back(clock, time->tv_sec * second + time->tv_nsec));
}

constexpr std::int64_t for_ever = 2'000'000'000; // seconds: beyond it there is no room for arithmetic

} // namespace

void told_rightly(calls::Id row, const Word* words) noexcept
{
    const auto tells = calls::table[row].tells;
    const auto clock = clock_of(tells, words);
    if (is_wall(clock)) told.wall.store(0, std::memory_order_relaxed);
    told.speed.store(1, std::memory_order_relaxed);
    keep_monotonic(clock, tells == Tells::timespec_of_clock ? reinterpret_cast<timespec*>(words[1]) : nullptr);
}

const timespec* real_deadline(calls::Id row, const Word* words, timespec& room) noexcept
{
    const auto& spec = calls::table[row];
    const int argument = deadline_argument(spec);
    const auto* const deadline = reinterpret_cast<const timespec*>(words[argument]);
    const bool sleeps = row == calls::id_clock_nanosleep;
    if (deadline == nullptr || (sleeps && (static_cast<int>(words[1]) & TIMER_ABSTIME) == 0)) return deadline;
    const auto clock = sleeps                                          ? static_cast<clockid_t>(words[0])
                       : spec.waits.limit == calls::Wait::Limit::clock ? static_cast<clockid_t>(words[argument - 1])
                                                                       : CLOCK_REALTIME;
    const auto off = is_wall(clock)        ? told.wall.load(std::memory_order_relaxed)
                     : is_monotonic(clock) ? told.monotonic.load(std::memory_order_relaxed)
                                           : 0;
    const auto speed = told.speed.load(std::memory_order_relaxed);
    if ((off == 0 && speed == 1) || deadline->tv_sec > for_ever) return deadline;
    const auto now = sys::now(clock);
    auto left = static_cast<double>(deadline->tv_sec * second + deadline->tv_nsec - off - now);
    constexpr auto longest = static_cast<double>(for_ever * second);
    if (left > 0) left = speed > 0 ? left / speed : longest;
    put(&room, now + static_cast<std::int64_t>(left < longest ? left : longest));
    return &room;
}

Word tell(const Invocation& invocation)
{
    const auto& spec = spec_of(invocation.call);
    const Word* const words = invocation.words;
    const Word result = invocation.perform(invocation.words);
    if (spec.tells != Tells::timespec && !succeeded(spec, result)) return result;
    const auto clock = clock_of(spec.tells, words);
    const auto off = shift(invocation, clock);
    if (is_wall(clock) || is_monotonic(clock)) {
        (is_wall(clock) ? told.wall : told.monotonic).store(off, std::memory_order_relaxed);
        told.speed.store(invocation.verdict.fault->clock_speed, std::memory_order_relaxed);
    }
    if (auto* const event = invocation.verdict.event) {
        event->returned = off;
        event->did |= ledger::did_shift;
    }
    switch (spec.tells) {
    case Tells::timespec_of_clock:
    case Tells::timespec: {
        auto* const time = reinterpret_cast<timespec*>(words[spec.tells == Tells::timespec ? 0 : 1]);
        if (time == nullptr) return result;
        put(time, time->tv_sec * second + time->tv_nsec + off);
        keep_monotonic(clock, time);
        return result;
    }
    case Tells::timeval: {
        auto* const time = reinterpret_cast<timeval*>(words[0]);
        if (time == nullptr) return result;
        timespec moved{};
        put(&moved, time->tv_sec * second + time->tv_usec * 1000 + off);
        *time = {moved.tv_sec, moved.tv_nsec / 1000};
        return result;
    }
    default: {
        timespec moved{};
        put(&moved, static_cast<std::int64_t>(result) * second + off);
        if (auto* const time = reinterpret_cast<time_t*>(words[0])) *time = moved.tv_sec;
        return static_cast<Word>(moved.tv_sec);
    }
    }
}

} // namespace faultline::effects
