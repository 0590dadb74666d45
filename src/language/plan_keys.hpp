// The keys outside the faults, as a table: the top of the plan and [stats]. Adding one is a row and a reader.
#pragma once

#include "language/draft.hpp"
#include "language/value.hpp"

namespace faultline::language {

/// Reads a whole document; its faults too, as far as they can be told without the table of functions.
void read_plan(const Value& root, PlanDraft& draft, Remarks& remarks);

} // namespace faultline::language
