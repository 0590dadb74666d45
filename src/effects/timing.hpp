// What the program does with the time that it was told: a moment that it waits for is one of the clock that told it the
// time, and a time that it waits for is over when that clock has gone on by as much. Before a call that takes a time,
// the time is put into the kernel's clock; what the call says is left is put back.
#pragma once

#include "effects/told.hpp"

#include "effects/effects.hpp"

#include <sys/time.h>

namespace faultline::effects {

/// What one call's times were changed by. It lives beside the real call and has nothing to destroy.
struct Reckoning {
    Course course;
    std::int64_t now = 0;     // by the kernel's clock, before the call
    Word* argument = nullptr; // nullptr: nothing was put there
    Word given = 0;
    union {
        timespec time;
        timeval micro;
        itimerspec timer;
        itimerval micro_timer;
    } room{};
};

/// Puts real times into the arguments of a call that is about to be made. After arming it asks the kernel what a
/// timer's descriptor is; else no system call. In a signal handler too.
void reckon(calls::Id row, Word* words, Reckoning& reckoning) noexcept;

/// Puts the arguments back, and what is left into the told clock. errno is left alone.
void settle_times(calls::Id row, const Word* words, const Reckoning& reckoning, Word result) noexcept;

/// The same for a call through syscall(): one that takes a time, or a wait on a futex. `words` begin with its number.
void reckon_syscall(Word* words, Reckoning& reckoning) noexcept;
void settle_syscall(const Word* words, const Reckoning& reckoning, Word result) noexcept;

/// sleep(), alarm() and ualarm() where their clock does not go at the real speed: whole seconds are too coarse to be
/// divided. False: the real call may be made.
[[nodiscard]] bool serve_sleep(calls::Id row, const Word* words, Word& result);

} // namespace faultline::effects
