// The clock that the kernel maps into every process. It is found here and not through clock_gettime, for that symbol
// may be somebody's own (libfaketime): what it tells is the host's business, and its locks may be those that a plan
// strikes.
#pragma once

#include <ctime>

namespace faultline::sys {

using ClockReader = int (*)(clockid_t, timespec*);

/// The vDSO's function that reads a clock without a system call where the machine allows it; nullptr where there is
/// none. `header` is the vDSO's ELF header, as AT_SYSINFO_EHDR tells. No allocation, lock or system call; any time.
[[nodiscard]] ClockReader find_clock(const void* header) noexcept;

} // namespace faultline::sys
