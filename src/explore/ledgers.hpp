// What the ledgers of a run tell: which faults fired, where, and, of a traced run, all its sites.
#pragma once

#include "explore/observation.hpp"

#include <string>

namespace faultline::explore {

/// Adds what the ledgers in a directory tell. A ledger that cannot be read becomes one of the problems.
void read_records(const std::string& directory, Observation& observation);

} // namespace faultline::explore
