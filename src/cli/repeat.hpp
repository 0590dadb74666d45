// What the two subcommands share that make a record's faults happen again.
#pragma once

#include "run/replay.hpp"
#include "run/run.hpp"

#include <string>
#include <vector>

namespace faultline::cli {

/// Reads the records. False where they cannot be repeated: why has been told on standard error.
[[nodiscard]] bool read_replay(const std::vector<std::string>& paths, std::vector<std::string>& command,
                               run::Replay& replay);

/// Writes a plan, for `faultline run -c`. False where that failed; told.
[[nodiscard]] bool write_plan(const std::string& path, const std::string& toml);

/// Tells why a program did not run; the exit status.
int tell_refusal(const run::Refusal& refusal, const std::string& command);

} // namespace faultline::cli
