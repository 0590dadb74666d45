// The tree that a recording's operations make of what there was before, and whether it is the one that is there: what
// the recorder wrote down is then all that was done, in an order that gives the same.
#pragma once

#include "door/recording.hpp"

#include <string>
#include <vector>

namespace faultline::test {

/// Differences between the replayed tree below the roots and the real one, in words; empty: none.
std::vector<std::string> differences(const door::Recording& recording);

/// A recording in words, a line for each operation, without what differs from run to run.
std::vector<std::string> lines(const door::Recording& recording);

} // namespace faultline::test
