// From the words of `functions` to the functions of the table, and whether what a fault wants can be had of them.
#pragma once

#include "calls/functions.hpp"
#include "language/draft.hpp"

#include <span>
#include <string>
#include <vector>

namespace faultline::language {

/// Fills `draft.members`, in the table's order.
void expand_functions(FaultDraft& draft, Remarks& remarks);

/// The same for a fault on the program's own functions: any name is one. Adds those that are new to `known`.
void take_own_functions(FaultDraft& draft, std::vector<std::string>& known, Remarks& remarks);

/// "read, write (and 6 more)": at most three names in full.
[[nodiscard]] std::string listed(std::span<const std::string_view> names);

} // namespace faultline::language
