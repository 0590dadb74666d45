// A finding's directory, as an exploration left it, in the place of a record: it holds the point, and the exploration around
// it tells the command and its surroundings.
#pragma once

#include <string>
#include <vector>

namespace faultline::cli {

[[nodiscard]] bool is_finding_directory(const std::string& path);

/// As it was typed.
struct FindingAgain {
    std::string directory;
    std::vector<std::string> command; // empty: that of the exploration
    std::string plan;                 // where the plan is to be written
    std::string timeout;              // of one run; empty: by the baseline
    bool quiet = false;
};

/// Runs it once, as the exploration ran it. 0: the outcome is of the same class; 1: it is not; 124: nothing can be compared.
[[nodiscard]] int replay_finding(const FindingAgain& typed);

/// Writes the plan of the weakest point that gives the same class. 0: it is written; 1: the finding does not come again.
[[nodiscard]] int minimise_finding(const FindingAgain& typed);

} // namespace faultline::cli
