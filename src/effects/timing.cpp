#include "effects/timing.hpp"

#include "effects/basis.hpp"
#include "effects/clock.hpp"
#include "engine/numbers.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>

namespace faultline::effects {
namespace {

using calls::Lasts;
using Form = Lasts::Form;
using sys::second;
constexpr std::int64_t longest = 2'000'000'000 * second; // beyond it there is no room for arithmetic

// --- how long --------------------------------------------------------------------------------------------------------

/// Whether a time is one that the kernel takes, and short enough to be waited for.
bool is_sound(const timespec& time) noexcept
{
    return time.tv_sec >= 0 && time.tv_sec < longest / second && time.tv_nsec >= 0 && time.tv_nsec < second;
}
bool is_sound(const timeval& time) noexcept
{
    return time.tv_sec >= 0 && time.tv_sec < longest / second && time.tv_usec >= 0 && time.tv_usec < second / 1000;
}

std::int64_t within_reach(std::int64_t span) noexcept { return span < longest ? span : longest; }

timespec to_timespec(std::int64_t ns) noexcept
{
    if (ns < 0) ns = 0;
    return {ns / second, ns % second};
}
timeval to_timeval(std::int64_t ns) noexcept
{
    const auto micro = (ns + 999) / 1000; // never too short
    return {micro / 1'000'000, micro % 1'000'000};
}

std::int64_t real_span(const Reckoning& reckoning, std::int64_t span) noexcept
{
    if (span <= 0) return span;
    const auto real = within_reach(reckoning.course.real_span(span, reckoning.now));
    return real > 0 ? real : 1; // 0 would disarm a timer
}
std::int64_t told_span(const Reckoning& reckoning, std::int64_t span) noexcept
{
    if (span <= 0) return span;
    const auto told = within_reach(reckoning.course.told_span(span, reckoning.now));
    return told > 0 ? told : 1;
}

/// How often a timer goes off again: at one speed for good, that of now.
std::int64_t real_interval(const Reckoning& reckoning, std::int64_t span) noexcept
{
    if (span <= 0 || !reckoning.course.holds(reckoning.now)) return span;
    const auto real = static_cast<double>(span) / reckoning.course.speed;
    return real < static_cast<double>(longest) ? engine::rounded<std::int64_t>(real) : longest;
}
std::int64_t told_interval(const Reckoning& reckoning, std::int64_t span) noexcept
{
    if (span <= 0 || !reckoning.course.holds(reckoning.now)) return span;
    return engine::rounded<std::int64_t>(static_cast<double>(span) * reckoning.course.speed);
}

std::int64_t real_moment(const Reckoning& reckoning, clockid_t id, std::int64_t told) noexcept
{
    const auto theirs = foreign_shift(id);
    const auto real = reckoning.course.real(told - theirs, reckoning.now);
    return (real < reckoning.now + longest ? real : reckoning.now + longest) + theirs;
}

std::uint64_t divided_up(std::int64_t ns, std::int64_t unit, std::int64_t most) noexcept
{
    const auto units = (ns + unit - 1) / unit;
    return static_cast<std::uint64_t>(units < most ? units : most);
}

/// Puts `with` into the place of what the caller gave.
void replace(Reckoning& reckoning, Word& argument, Word with) noexcept
{
    reckoning.argument = &argument;
    reckoning.given = argument;
    argument = with;
}

/// Says whether there is anything to reckon.
bool begin(Reckoning& reckoning, const Basis& basis) noexcept
{
    reckoning.course = known_course(clock_of(basis.id));
    if (reckoning.course.until == 0 || (reckoning.course.speed == 1 && !basis.moment)) return false;
    reckoning.now = sys::now(basis.id);
    return true;
}

void reckon_time(Form form, const Basis& basis, Word& argument, Reckoning& reckoning) noexcept
{
    auto& room = reckoning.room;
    const auto changed = [&](const timespec& time) {
        return to_timespec(basis.moment ? real_moment(reckoning, basis.id, in_ns(time))
                                        : real_span(reckoning, in_ns(time)));
    };
    switch (form) {
    case Form::milliseconds:
        if (const auto ms = static_cast<int>(argument); ms > 0)
            replace(reckoning, argument,
                    divided_up(real_span(reckoning, ms * std::int64_t{1'000'000}), 1'000'000, INT32_MAX));
        return;
    case Form::microseconds:
        if (const auto us = static_cast<std::uint32_t>(argument); us > 0)
            replace(reckoning, argument, divided_up(real_span(reckoning, us * std::int64_t{1000}), 1000, UINT32_MAX));
        return;
    case Form::timespec: {
        const auto* const given = reinterpret_cast<const timespec*>(argument);
        if (given == nullptr || !is_sound(*given)) return;
        room.time = changed(*given);
        return replace(reckoning, argument, reinterpret_cast<Word>(&room.time));
    }
    case Form::timeval: {
        const auto* const given = reinterpret_cast<const timeval*>(argument);
        if (given == nullptr || !is_sound(*given)) return;
        room.micro = to_timeval(real_span(reckoning, in_ns(*given)));
        return replace(reckoning, argument, reinterpret_cast<Word>(&room.micro));
    }
    case Form::itimerspec: {
        const auto* const given = reinterpret_cast<const itimerspec*>(argument);
        if (given == nullptr || !is_sound(given->it_value) || !is_sound(given->it_interval)) return;
        room.timer.it_interval = to_timespec(real_interval(reckoning, in_ns(given->it_interval)));
        const bool disarms = in_ns(given->it_value) == 0;
        room.timer.it_value = disarms ? given->it_value : changed(given->it_value);
        if (!disarms && in_ns(room.timer.it_value) == 0)
            room.timer.it_value.tv_nsec = 1; // long ago, which is not never
        return replace(reckoning, argument, reinterpret_cast<Word>(&room.timer));
    }
    case Form::itimerval: {
        const auto* const given = reinterpret_cast<const itimerval*>(argument);
        if (given == nullptr || !is_sound(given->it_value) || !is_sound(given->it_interval)) return;
        room.micro_timer.it_interval = to_timeval(real_interval(reckoning, in_ns(given->it_interval)));
        room.micro_timer.it_value = to_timeval(real_span(reckoning, in_ns(given->it_value)));
        return replace(reckoning, argument, reinterpret_cast<Word>(&room.micro_timer));
    }
    default:
        return;
    }
}

/// What the call says is left, or was left of an earlier timer, is put into the told clock where it stands.
void tell_rest(Form form, Word rest, const Reckoning& reckoning) noexcept
{
    if (rest == 0) return;
    switch (form) {
    case Form::timespec: {
        auto& time = *reinterpret_cast<timespec*>(rest);
        time = to_timespec(told_span(reckoning, in_ns(time)));
        return;
    }
    case Form::itimerspec: {
        auto& timer = *reinterpret_cast<itimerspec*>(rest);
        timer = {to_timespec(told_interval(reckoning, in_ns(timer.it_interval))),
                 to_timespec(told_span(reckoning, in_ns(timer.it_value)))};
        return;
    }
    case Form::itimerval: {
        auto& timer = *reinterpret_cast<itimerval*>(rest);
        timer = {to_timeval(told_interval(reckoning, in_ns(timer.it_interval))),
                 to_timeval(told_span(reckoning, in_ns(timer.it_value)))};
        return;
    }
    default:
        return;
    }
}

void reckon_call(const Lasts& lasts, Word* first, Reckoning& reckoning) noexcept
{
    Word* const time = lasts.argument == calls::absent ? nullptr : first + lasts.argument;
    const auto basis = basis_of(lasts.by, first, time);
    if (!begin(reckoning, basis) || time == nullptr) return;
    reckon_time(lasts.form, basis, *time, reckoning);
}

void settle_call(const Lasts& lasts, const Word* first, const Reckoning& reckoning, Word result) noexcept
{
    if (reckoning.argument != nullptr) *reckoning.argument = reckoning.given;
    if (reckoning.course.until == 0 || reckoning.course.speed == 1 || lasts.rest < 0) return;
    if (lasts.form == Form::timeval) { // select
        if (reckoning.argument == nullptr) return;
        *reinterpret_cast<timeval*>(reckoning.given) = to_timeval(told_span(reckoning, in_ns(reckoning.room.micro)));
        return;
    }
    const auto status = static_cast<std::int32_t>(result);
    const bool sleeps = lasts.form == Form::timespec;
    const bool interrupted = status == EINTR || (status == -1 && errno == EINTR);
    const bool absolute = lasts.by == Lasts::By::sleep && (static_cast<int>(first[1]) & TIMER_ABSTIME) != 0;
    if (sleeps ? interrupted && !absolute : status == 0) tell_rest(lasts.form, first[lasts.rest], reckoning);
}

// --- system calls ----------------------------------------------------------------------------------------------------

/// System calls that take a time where a row takes it. Not calls/numbers.def, which names only those that also report as
/// their row does.
struct ByNumber {
    long number;
    calls::Id row;
};
constexpr ByNumber timed_calls[] = {
    {SYS_clock_nanosleep, calls::id_clock_nanosleep},
    {SYS_nanosleep, calls::id_nanosleep},
    {SYS_ppoll, calls::id_ppoll},
    {SYS_pselect6, calls::id_pselect},
    {SYS_epoll_pwait, calls::id_epoll_pwait},
    {441 /* SYS_epoll_pwait2 */, calls::id_epoll_pwait2},
    {SYS_rt_sigtimedwait, calls::id_sigtimedwait},
    {SYS_semtimedop, calls::id_semtimedop},
    {SYS_mq_timedsend, calls::id_mq_timedsend},
    {SYS_mq_timedreceive, calls::id_mq_timedreceive},
    {SYS_timerfd_settime, calls::id_timerfd_settime},
    {SYS_timerfd_gettime, calls::id_timerfd_gettime},
    {SYS_setitimer, calls::id_setitimer},
    {SYS_getitimer, calls::id_getitimer},
#ifdef SYS_poll
    {SYS_poll, calls::id_poll},
    {SYS_select, calls::id_select},
    {SYS_epoll_wait, calls::id_epoll_wait},
#endif
};

/// The row that a system call is, or row_count.
calls::Id timed_row_of(long number) noexcept
{
    for (const auto& call : timed_calls)
        if (call.number == number) return call.row;
    return calls::row_count;
}

} // namespace

void reckon(calls::Id row, Word* words, Reckoning& reckoning) noexcept
{
    reckon_call(calls::time_of(calls::table[row]), words, reckoning);
}

void settle_times(calls::Id row, const Word* words, const Reckoning& reckoning, Word result) noexcept
{
    settle_call(calls::time_of(calls::table[row]), words, reckoning, result);
}

void reckon_syscall(Word* words, Reckoning& reckoning) noexcept
{
    if (const auto row = timed_row_of(static_cast<long>(words[0])); row != calls::row_count)
        return reckon(row, words + 1, reckoning);
    Basis basis{};
    if (const int time = time_of_futex(words, basis); time != 0 && begin(reckoning, basis))
        reckon_time(Form::timespec, basis, words[time], reckoning);
}

void settle_syscall(const Word* words, const Reckoning& reckoning, Word result) noexcept
{
    const auto row = timed_row_of(static_cast<long>(words[0]));
    settle_call(row == calls::row_count ? Lasts{} : calls::time_of(calls::table[row]), words + 1, reckoning, result);
}

bool serve_sleep(calls::Id row, const Word* words, Word& result)
{
    Reckoning reckoning;
    if (!begin(reckoning, {clock_of_spans(), false})) return false;
    const auto unit = row == calls::id_ualarm ? 1000 : second;
    const auto asked = static_cast<std::int64_t>(static_cast<std::uint32_t>(words[0])) * unit;
    const auto real = real_span(reckoning, asked);
    if (row == calls::id_sleep) {
        const int kept = errno;
        const timespec time = to_timespec(real);
        timespec rest{};
        const bool slept = libc<int(const timespec*, timespec*)>(calls::id_nanosleep)(&time, &rest) == 0;
        result = slept ? 0 : static_cast<Word>((told_span(reckoning, in_ns(rest)) + second / 2) / second);
        if (slept) errno = kept;
        return true;
    }
    const auto interval =
        row == calls::id_ualarm ? static_cast<std::int64_t>(static_cast<std::uint32_t>(words[1])) * unit : 0;
    const itimerval fresh{to_timeval(real_interval(reckoning, interval)), to_timeval(real)};
    itimerval old{};
    sys::call(SYS_setitimer, ITIMER_REAL, sys::address(&fresh), sys::address(&old));
    result = divided_up(told_span(reckoning, in_ns(old.it_value)), unit, UINT32_MAX);
    return true;
}

} // namespace faultline::effects
