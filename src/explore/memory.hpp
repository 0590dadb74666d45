// How much memory the runs' own directories may take.
#pragma once

#include <cstdint>

namespace faultline::explore {

/// What each of so many directories may hold, in bytes: together half of what the machine, and the control groups that this
/// process is in, have for programs now. 0 where that is not known.
[[nodiscard]] std::uint64_t memory_for_each(unsigned directories);

} // namespace faultline::explore
