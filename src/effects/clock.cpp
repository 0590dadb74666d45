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

} // namespace

void keep_monotonic(calls::Id row, const Word* words) noexcept
{
    const auto tells = calls::table[row].tells;
    if (tells != Tells::timespec_of_clock) return;
    const auto clock = clock_of(tells, words);
    auto* const told = reinterpret_cast<timespec*>(words[1]);
    if (is_monotonic(clock) && told != nullptr)
        put(told, never_back(clock, told->tv_sec * second + told->tv_nsec));
}

Word tell(const Invocation& invocation)
{
    const auto& spec = spec_of(invocation.call);
    const Word* const words = invocation.words;
    const Word result = invocation.perform(invocation.words);
    if (spec.tells != Tells::timespec && !succeeded(spec, result)) return result;
    const auto clock = clock_of(spec.tells, words);
    const auto off = shift(invocation, clock);
    if (auto* const event = invocation.verdict.event) {
        event->returned = off;
        event->did |= ledger::did_shift;
    }
    switch (spec.tells) {
    case Tells::timespec_of_clock:
    case Tells::timespec: {
        auto* const told = reinterpret_cast<timespec*>(words[spec.tells == Tells::timespec ? 0 : 1]);
        if (told == nullptr) return result;
        put(told, told->tv_sec * second + told->tv_nsec + off);
        keep_monotonic(invocation.call.row, words);
        return result;
    }
    case Tells::timeval: {
        auto* const told = reinterpret_cast<timeval*>(words[0]);
        if (told == nullptr) return result;
        timespec moved{};
        put(&moved, told->tv_sec * second + told->tv_usec * 1000 + off);
        *told = {moved.tv_sec, moved.tv_nsec / 1000};
        return result;
    }
    default: {
        timespec moved{};
        put(&moved, static_cast<std::int64_t>(result) * second + off);
        if (auto* const told = reinterpret_cast<time_t*>(words[0])) *told = moved.tv_sec;
        return static_cast<Word>(moved.tv_sec);
    }
    }
}

} // namespace faultline::effects
