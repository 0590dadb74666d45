// What faults ask of the functions that they name: a fault of type short of one that moves bytes, a selector path of one
// that knows a path. Where a function has it not, the fault cannot mean anything there.
#pragma once

#include "language/draft.hpp"

#include <string_view>

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

/// Demands, a bit for each.
using Demands = std::uint64_t;

/// What a fault demands of each of its functions.
[[nodiscard]] Demands demands_of(const FaultDraft& draft);

/// The first of these that a function of libc cannot meet, or one of the program's own; or null.
[[nodiscard]] const Demand* unmet(Demands wanted, std::uint16_t function);
[[nodiscard]] const Demand* unmet_by_own(Demands wanted);

} // namespace faultline::language
