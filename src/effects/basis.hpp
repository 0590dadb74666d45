// By which clock the times go that a call takes.
#pragma once

#include "effects/effects.hpp"

#include <ctime>

namespace faultline::effects {

/// Which clock a time goes by, and whether it is a moment of it.
struct Basis {
    clockid_t id;
    bool moment;
};

/// The clock of times that no clock is named for: the kernel measures them by the monotonic one. Where no fault tells
/// that, the program can see only by the wall clock how long they last. Any time.
[[nodiscard]] clockid_t clock_of_spans() noexcept;

/// `first`: the first of the call's arguments; `time`: the one that takes the time, or nullptr. Asks the kernel for the
/// clock of a timer's descriptor; else no system call. After boot; in a signal handler too.
[[nodiscard]] Basis basis_of(calls::Lasts::By by, const Word* first, const Word* time) noexcept;

/// Where a wait on a futex through syscall() has its time, counted from the system call's number, and by which clock it
/// goes; 0: it has none.
[[nodiscard]] int time_of_futex(const Word* words, Basis& basis) noexcept;

/// timer_create() or timer_delete() has succeeded.
void note_timer(calls::Id row, const Word* words) noexcept;

/// The bit of a condition variable that says by which clock its deadlines are, in this libc, or 0 where it cannot be
/// found. Any time after boot.
[[nodiscard]] unsigned condition_clock_bit() noexcept;

} // namespace faultline::effects
