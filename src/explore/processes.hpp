// What an enclosure asks the kernel about processes.
#pragma once

#include <cstdint>
#include <sys/resource.h>
#include <sys/types.h>
#include <vector>

namespace faultline::explore {

[[nodiscard]] std::int64_t now_ns(); // CLOCK_MONOTONIC

/// Processor seconds; of all children that were waited for.
[[nodiscard]] double cpu_of(const rusage& usage);
[[nodiscard]] double cpu_of_children();

/// The calling thread's children, also those that have ended and were not waited for.
[[nodiscard]] std::vector<pid_t> children();

/// Whether some thread of the session is running, or ready to. Asked several times, for one that polls may be awake by
/// chance.
[[nodiscard]] bool is_busy(pid_t session);

} // namespace faultline::explore
