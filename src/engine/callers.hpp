// Which code calls, for the selectors `caller` and `site`. What is found out about a return address is kept, so that
// the next call from there costs one look into a table.
#pragma once

#include "plan/plan.hpp"

namespace faultline::engine {

/// A bit for each of Plan::caller_sets that the code at a return address is in. System calls only when the address is
/// seen for the first time and the plan names functions. Any time after boot.
[[nodiscard]] std::uint32_t caller_sets(const plan::Plan& plan, const void* caller) noexcept;
/// The same, found out anew: for a plan that comes and goes.
[[nodiscard]] std::uint32_t find_caller_sets(const plan::Plan& plan, const void* return_address) noexcept;

/// Whether a call from there may have one of these sites: says no at once where the last frame already tells.
[[nodiscard]] bool may_be_site(const void* caller, std::span<const std::uint32_t> sites) noexcept;

/// Forgets all: another module may come to lie where one was unloaded. Any time.
void forget_callers() noexcept;

} // namespace faultline::engine
