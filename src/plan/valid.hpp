#pragma once

#include "plan/plan.hpp"

namespace faultline::plan {

/// Whether all that a plan of at most `bytes` bytes refers to lies within it, at the alignment it needs, and each of its
/// numbers means something. Nothing else may be asked of a strange plan that is not valid. Any time, in any process.
[[nodiscard]] bool valid(const Plan& plan, std::uint64_t bytes) noexcept;

} // namespace faultline::plan
