// The keys outside the faults, as a table: the top of the plan and [stats]. Adding one is a row and a reader.
#pragma once

#include "plan/draft.hpp"
#include "plan/toml.hpp"

namespace faultline::plan {

/// Reads a whole document; its faults too, as far as they can be told without the table of functions.
void read_plan(const toml::table& root, PlanDraft& draft, Remarks& remarks);

} // namespace faultline::plan
