// Which code calls, for the selectors `caller` and `site`. What is found out about a return address is kept, so that
// the next call from there costs one look into a table.
#pragma once

#include "plan/glob.hpp"
#include "plan/plan.hpp"

#include <optional>
#include <string_view>

namespace faultline::engine {

/// A bit for each of Plan::caller_sets that the code at a return address is in. System calls only when the address is
/// seen for the first time and the plan names functions. Any time after boot.
[[nodiscard]] std::uint32_t caller_sets(const plan::Plan& plan, const void* caller) noexcept;
/// The same, found out anew: for a plan that comes and goes.
[[nodiscard]] std::uint32_t find_caller_sets(const plan::Plan& plan, const void* return_address) noexcept;

/// The same of code that lies in a module of this name; `function` tells its function's, and is asked only where the plan
/// goes by that.
template <class Function>
[[nodiscard]] std::uint32_t caller_sets_of(const plan::Plan& plan, std::string_view module,
                                           const Function& function) noexcept
{
    std::optional<decltype(function())> name;
    const auto is = [&](const plan::CallerGlob& glob) {
        if (!plan::glob_matches(plan.text(glob.module), module)) return false;
        if (glob.function.count == 0) return true;
        if (!name) name.emplace(function());
        return plan::glob_matches(plan.text(glob.function), *name);
    };
    std::uint32_t bits = 0;
    const auto sets = plan.view(plan.caller_sets);
    for (std::size_t i = 0; i < sets.size(); ++i)
        if (plan::chosen(plan.view(sets[i]), is)) bits |= 1U << i;
    return bits;
}

/// Whether a call from there may have one of these sites: says no at once where the last frame already tells.
[[nodiscard]] bool may_be_site(const void* caller, std::span<const std::uint32_t> sites) noexcept;

/// Forgets all: another module may come to lie where one was unloaded. Any time.
void forget_callers() noexcept;

} // namespace faultline::engine
