// What a command does to files outside of the directories that each run has of its own. Runs meet there, and what becomes
// of it is not compared: the user has to know.
#pragma once

#include "explore/observation.hpp"

#include <ctime>
#include <string>
#include <vector>

namespace faultline::explore {

/// Faults for a plan that do nothing to the command but note what it opens for writing, makes, changes or removes by
/// name, but not below these directories.
[[nodiscard]] std::string watch_outside(const std::vector<std::string>& own);

/// What of that a run under such a plan really did, a line for each path: what is there unchanged since the run
/// `began` (CLOCK_REALTIME_COARSE, as the kernel stamps files), devices and /proc are left out. Relative names are
/// looked for in `working`.
[[nodiscard]] std::vector<std::string> written_outside(const Observation& seen, const std::vector<std::string>& own,
                                                       const std::string& working, const timespec& began);

} // namespace faultline::explore
