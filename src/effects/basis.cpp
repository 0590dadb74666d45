#include "effects/basis.hpp"

#include "effects/told.hpp"
#include "engine/descriptors.hpp"
#include "engine/select.hpp"
#include "engine/symbols.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

#include <atomic>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/time.h>

namespace faultline::effects {
namespace {

/// No clock that a fault tells.
constexpr Basis unmoved{CLOCK_PROCESS_CPUTIME_ID, false};

// --- which clock -----------------------------------------------------------------------------------------------------

/// What a moment says of its clock, where nothing else does: no machine has run for thirty years.
clockid_t clock_by_size(const timespec& moment) noexcept
{
    constexpr time_t in_2001 = 1'000'000'000;
    return moment.tv_sec >= in_2001 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

clockid_t clock_of_condition(const void* condition, const timespec* moment) noexcept
{
    const auto clock_bit = condition_clock_bit();
    if (clock_bit == 0) return moment == nullptr ? CLOCK_REALTIME : clock_by_size(*moment);
    const auto flags = static_cast<const pthread_cond_t*>(condition)->__data.__wrefs;
    return (__atomic_load_n(&flags, __ATOMIC_RELAXED) & clock_bit) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

/// The clocks of the POSIX timers of this process, for no call tells. A timer that finds no place is judged by the size
/// of its moments.
struct TimerClock {
    std::atomic<Word> timer{0}; // one more than its id, for that may be 0
    std::atomic<clockid_t> clock{0};
};
[[gnu::section(".bss.late")]] constinit TimerClock timer_clocks[256];

TimerClock* find_timer(Word timer) noexcept
{
    for (auto& known : timer_clocks)
        if (known.timer.load(std::memory_order_acquire) == timer + 1) return &known;
    return nullptr;
}

/// The clock that a timer's descriptor was made for: the kernel tells it in /proc, and only there.
bool clock_of_timerfd(int fd, clockid_t& clock) noexcept
{
    if (!engine::look_ups_allowed()) return false;
    char text[256];
    sys::Writer path{text};
    path << "/proc/self/fdinfo/" << static_cast<std::uint64_t>(fd);
    const int info = sys::open(text, O_RDONLY);
    if (info < 0) return false;
    const long length = sys::read(info, text, sizeof text);
    sys::close(info);
    constexpr std::string_view label = "clockid:";
    const std::string_view all{text, length > 0 ? static_cast<std::size_t>(length) : 0};
    auto at = all.find(label);
    if (at == std::string_view::npos) return false;
    clock = 0;
    for (at += label.size(); at < all.size() && all[at] != '\n'; ++at)
        if (all[at] >= '0' && all[at] <= '9') clock = clock * 10 + (all[at] - '0');
    return true;
}

} // namespace

clockid_t clock_of_spans() noexcept
{
    return known_course(Clock::monotonic).until != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

Basis basis_of(calls::Lasts::By by, const Word* first, const Word* time) noexcept
{
    const auto* const moment = time == nullptr ? nullptr : reinterpret_cast<const timespec*>(*time);
    const bool absolute = time != nullptr && (static_cast<int>(first[1]) & TIMER_ABSTIME) != 0;
    const auto* const start = time == nullptr ? nullptr : &reinterpret_cast<const itimerspec*>(*time)->it_value;
    using enum calls::Lasts::By;
    switch (by) {
    case span:
        return {clock_of_spans(), false};
    case wall:
        return {CLOCK_REALTIME, true};
    case clock:
        return {static_cast<clockid_t>(time[-1]), true};
    case condition:
        return {clock_of_condition(reinterpret_cast<const void*>(first[0]), moment), true};
    case sleep:
        return {static_cast<clockid_t>(first[0]), absolute};
    case timer: {
        if (const auto* const known = find_timer(first[0]))
            return {known->clock.load(std::memory_order_relaxed), absolute};
        return {absolute && *time != 0 ? clock_by_size(*start) : clock_of_spans(), absolute};
    }
    case timerfd: {
        clockid_t made_for = 0;
        if (clock_of_timerfd(static_cast<int>(first[0]), made_for)) return {made_for, absolute};
        return {absolute && *time != 0 ? clock_by_size(*start) : clock_of_spans(), absolute};
    }
    case itimer:
        return static_cast<int>(first[0]) == ITIMER_REAL ? Basis{clock_of_spans(), false} : unmoved;
    }
    return unmoved;
}

int time_of_futex(const Word* words, Basis& basis) noexcept
{
    constexpr long futex_waitv = 449;
    constexpr long futex_wait = 455;
    const auto number = static_cast<long>(words[0]);
    if (number == futex_waitv || number == futex_wait) {
        const int clock = number == futex_waitv ? 5 : 6;
        basis = {static_cast<clockid_t>(words[clock]), true};
        return clock - 1;
    }
    if (number != SYS_futex) return 0;
    const auto operation = static_cast<int>(words[2]);
    const clockid_t chosen = (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    constexpr int lock_pi2 = 13;
    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
        basis = {clock_of_spans(), false};
        return 4;
    case FUTEX_LOCK_PI:
        basis = {CLOCK_REALTIME, true};
        return 4;
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
    case lock_pi2:
        basis = {chosen, true};
        return 4;
    default:
        return 0;
    }
}

unsigned condition_clock_bit() noexcept
{
    constexpr unsigned unknown = ~0U;
    static constinit std::atomic<unsigned> found{unknown};
    if (const auto bit = found.load(std::memory_order_relaxed); bit != unknown) return bit;
    pthread_cond_t by_wall{};
    pthread_cond_t by_monotonic{};
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    const auto init = libc<int(pthread_cond_t*, const pthread_condattr_t*)>(calls::id_pthread_cond_init);
    init(&by_wall, &attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    init(&by_monotonic, &attributes);
    const auto bit = by_wall.__data.__wrefs ^ by_monotonic.__data.__wrefs;
    const auto clock_bit = (bit & (bit - 1)) == 0 ? bit : 0;
    found.store(clock_bit, std::memory_order_relaxed);
    return clock_bit;
}

void note_timer(calls::Id row, const Word* words) noexcept
{
    if (row == calls::id_timer_delete) {
        if (auto* const known = find_timer(words[0])) known->timer.store(0, std::memory_order_release);
        return;
    }
    const auto timer = reinterpret_cast<Word>(*reinterpret_cast<const timer_t*>(words[2]));
    const auto clock = static_cast<clockid_t>(words[0]);
    if (auto* const known = find_timer(timer)) return known->clock.store(clock, std::memory_order_relaxed);
    for (auto& place : timer_clocks) {
        Word nobody = 0;
        if (place.timer.load(std::memory_order_relaxed) != 0) continue;
        if (!place.timer.compare_exchange_strong(nobody, ~Word{0})) continue; // taken, and not to be found yet
        place.clock.store(clock, std::memory_order_relaxed);
        place.timer.store(timer + 1, std::memory_order_release);
        return;
    }
}

} // namespace faultline::effects
