// Gathers the records of a run's processes, and makes statistics files of the ledgers that killed processes left.
#pragma once

#include "cli/environment.hpp"
#include "cli/launch.hpp"
#include "cli/records.hpp"

#include <string>
#include <vector>

namespace faultline::cli {

struct Collected {
    Records records;                // of every process image that the library announced
    bool program_seen = false;      // the started program's own is among them
    std::vector<std::string> files; // statistics files and ledgers that stay behind
};

/// After the run. Keeps the directory where a process that is still running writes into it.
[[nodiscard]] Collected collect(RunDirectory& directory, const Outcome& outcome);

} // namespace faultline::cli
