// What an exploration leaves: findings.json, and a directory for each finding with all that it takes to see it again.
#pragma once

#include "explore/explorer.hpp"

#include <string>

namespace faultline::explore {

/// "silent-wrong-2": the name of a finding's directory.
[[nodiscard]] std::string directory_name(const Summary& summary, std::size_t finding);

/// The faults of a point as options of `faultline run`.
[[nodiscard]] std::string as_options(const Point& point, bool tree);

/// Writes findings.json and findings/… below `directory`. Returns what went wrong; empty: nothing.
[[nodiscard]] std::string write_findings(const Summary& summary, const Options& options,
                                         const std::vector<std::string>& command, const std::string& directory);

/// A word as a shell takes it.
[[nodiscard]] std::string quoted(const std::string& word);

} // namespace faultline::explore
