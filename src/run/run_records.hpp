// Gathers the records of a run's processes, and makes statistics files of the ledgers that killed processes left.
#pragma once

#include "run/environment.hpp"
#include "run/run.hpp"

#include <map>
#include <sys/types.h>

namespace faultline::run {

/// A line of a run's list of process images. A process that executes another program has several.
struct Image {
    pid_t pid = 0;
    std::string ledger, json; // files; the second one is what the first becomes
    bool last_of_pid = true;
};

/// Those of the run in a directory, in the order in which they began.
[[nodiscard]] std::vector<Image> images_of(const std::string& directory);

/// What is known of the ends of a run's processes: of the program, and of descendants that outlived their parents.
using Deaths = std::map<pid_t, Death>;

/// Puts records, files and armed into the outcome. Keeps the directory where a process that is still running writes into
/// it. `meant_for_others`: the plan names the programs of the tree that it is for. `controlled`: it may have been changed.
void collect(RunDirectory& directory, const Deaths& deaths, bool meant_for_others, bool controlled, Outcome& outcome);

} // namespace faultline::run
