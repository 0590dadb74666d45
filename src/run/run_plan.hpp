// The plan of one `faultline run`: a file, the faults of its -f options, or both, and the seed that they run with.
#pragma once

#include "language/parse.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::run {

struct RunPlan {
    language::Parsed parsed;
    std::string source; // the plan file as the user named it; empty: only -f options
    std::string text;   // the TOML to write to a file of its own; empty: `source` can be used as it is
    std::uint64_t seed = 0;
    bool drawn = false;                // no seed was given: this one was drawn at random
    std::vector<std::string> mistakes; // lines for standard error; where there are any, nothing else holds
};

/// `trace`: every call that can fail is recorded with its site, and there need be no fault.
/// `file` and `seed` may be empty; then FAULT_CONFIG and FAULT_SEED of the environment stand in for them.
[[nodiscard]] RunPlan make_run_plan(const std::string& file, const std::vector<std::string>& options,
                                    const std::string& seed, bool trace = false);

} // namespace faultline::run
