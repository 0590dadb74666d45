// What the two subcommands share that make a record's faults happen again.
#pragma once

#include "run/replay.hpp"

#include <string>
#include <vector>

namespace faultline::cli {

/// Reads the records. False where they cannot be repeated: why has been told on standard error.
[[nodiscard]] bool read_replay(const std::vector<std::string>& paths, std::vector<std::string>& command,
                               run::Replay& replay);

} // namespace faultline::cli
