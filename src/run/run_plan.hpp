// The plan of one `faultline run`: a file, the faults of its -f options, or both, and the seed that they run with.
#pragma once

#include "language/fault_option.hpp"
#include "language/parse.hpp"
#include "plan/block_file.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::run {

struct RunPlan {
    language::Parsed parsed;
    std::string source; // the plan file as the user named it; empty: only -f options
    std::uint64_t seed = 0;
    bool drawn = false;  // no seed was given: this one was drawn at random
    std::string session; // of a run that can be changed while it goes on: its plan as TOML; empty: of any other
    std::vector<std::string> mistakes; // lines for standard error; where there are any, nothing else holds
};

/// `trace`: every call that can fail is recorded with its site, and there need be no fault.
/// `control`: it is to be changed while it goes on, and may begin without a fault.
/// `file` and `seed` may be empty; then FAULT_CONFIG and FAULT_SEED of the environment stand in for them.
[[nodiscard]] RunPlan make_run_plan(const std::string& file, const std::vector<std::string>& options,
                                    const std::string& seed, bool trace = false, bool control = false);

/// A remark in the words of the -f option that it is about.
[[nodiscard]] std::string explained(const language::Remark& remark, const std::vector<language::FaultOption>& options);

/// A file's content: the plan, as the processes of a tree read it (plan/block_file.hpp).
[[nodiscard]] std::string compiled(const language::Parsed& parsed, const plan::TomlFile& toml);

} // namespace faultline::run
