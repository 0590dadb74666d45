// What faults ask of the functions that they name: a fault of type short of one that moves bytes, a selector path of one
// that knows a path. Where a function has it not, the fault cannot mean anything there.
#pragma once

#include "language/draft.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace faultline::language {

/// A thing that a fault may want and that not every function can give.
struct Demand {
    bool (*wanted)(const FaultDraft& draft);
    bool (*met)(const calls::Spec& spec);
    std::string_view what;
    std::string_view why_not;
};

template <Type type>
[[nodiscard]] bool has_type(const FaultDraft& draft)
{
    return draft.type_known && draft.fault.type == type;
}

/// What a fault demands of each of its functions.
[[nodiscard]] std::vector<const Demand*> demands_of(const FaultDraft& draft);

/// The first of these that a function cannot meet, or null.
[[nodiscard]] const Demand* unmet(std::span<const Demand* const> wanted, const calls::Spec& spec);

} // namespace faultline::language
