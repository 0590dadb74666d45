// What an exploration leaves: findings.json, and a directory for each finding with all that it takes to see it again.
#pragma once

#include "explore/explorer.hpp"

#include <set>
#include <string>

namespace faultline::explore {

/// All of it as a record, in an order that the order of the runs does not change.
[[nodiscard]] report::Exploration as_record(const Summary& summary, const Options& options,
                                            const std::vector<std::string>& command);

/// Writes findings.json, baseline/… and findings/… into the output directory. Returns what went wrong; empty: nothing.
[[nodiscard]] std::string write_findings(const report::Exploration& record, const Summary& summary,
                                         const Options& options, const std::vector<std::string>& command);

/// Why what an exploration left in a directory is not all that it was to do, although it exited 0: it was interrupted, or
/// there is no findings.json. Empty: it is all, or as much as there was time for.
[[nodiscard]] std::string left_undone(const std::string& directory);

/// The keys of the findings in a file of --known; a file that is not there has none. `problem`: why it cannot be read.
[[nodiscard]] std::set<std::string> read_known(const std::string& path, std::string& problem);
/// Makes the findings known: adds them to the file.
[[nodiscard]] std::string accept(const std::string& path, const std::vector<report::Finding>& findings);

/// The entries of a file of --absorb: one a line, comments from '#' on.
[[nodiscard]] std::vector<std::string> read_absorbed(const std::string& path, std::string& problem);

} // namespace faultline::explore
