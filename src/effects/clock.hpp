// `clock`: what the time functions say. What the program then does with the time that it was told is in timing.hpp.
#pragma once

#include "effects/effects.hpp"
#include "effects/told.hpp"
#include "sys/syscalls.hpp"

#include <sys/time.h>

namespace faultline::effects {

inline std::int64_t in_ns(const timespec& time) noexcept { return time.tv_sec * sys::second + time.tv_nsec; }
inline std::int64_t in_ns(const timeval& time) noexcept { return time.tv_sec * sys::second + time.tv_usec * 1000; }

/// What a call that tells the time, and that no clock fault has struck, says where the plan moves clocks: the truth,
/// but a monotonic clock does not go back for it. Returns the call's result. After boot; in a signal handler too.
Word told_rightly(calls::Id row, const Word* words, Word result) noexcept;

/// How far the clock of the next library is from the kernel's, in ns, where it is not libc's own (libfaketime): what
/// the program is told builds upon that one.
[[nodiscard]] std::int64_t foreign_shift(clockid_t id) noexcept;

} // namespace faultline::effects
