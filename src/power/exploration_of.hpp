// What a search found as the exploration that reports are made from: each state is a point, and what was done to the
// program is that the effect of a call was not on disk.
#pragma once

#include "power/search.hpp"
#include "report/exploration.hpp"

namespace faultline::power {

/// Keys, names and ids hold no number of an operation and no path above the roots: they are the same elsewhere, and in
/// the next run.
[[nodiscard]] report::Exploration exploration_of(const door::Recording& recording, const Request& request,
                                                 const Summary& summary);

} // namespace faultline::power
