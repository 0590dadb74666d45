// The directories that explorations leave, read into values.
#pragma once

#include "report/exploration.hpp"
#include "report/record_files.hpp"

#include <string>
#include <vector>

namespace faultline::report {

/// Whether the directory is one that an exploration left, whole or damaged.
[[nodiscard]] bool is_exploration(const std::string& directory);

/// Reads findings.json, journal.jsonl and what stands beside them, and says what is damaged of it. Where there is no
/// findings.json, as while it still runs, what the journal tells.
[[nodiscard]] Exploration read_exploration(const std::string& directory, std::vector<Problem>& problems);

} // namespace faultline::report
