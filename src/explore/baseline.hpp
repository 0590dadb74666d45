// What is learnt of a command before the first fault: what it does without any, what of that changes from run to run, which
// calls it makes, how long it may take.
#pragma once

#include "explore/worker.hpp"

#include <chrono>
#include <string>

namespace faultline::explore {

struct Baseline;
struct Options;
struct Summary;

/// No fault, every call that can fail noted, and the ledgers left. `more` is put behind it.
[[nodiscard]] std::string plan_that_traces(const std::string& more = "");

/// Runs the command without faults until what differs is masked, and fills in the summary's baseline, sites and notes, and
/// the limit of a run. False: there is nothing to compare with, and the summary says why.
[[nodiscard]] bool learn_baseline(Worker& worker, const Options& options, Summary& summary,
                                  std::chrono::nanoseconds& limit);

/// What a run of the worker's fork server does otherwise than one of a new process; empty: nothing.
[[nodiscard]] std::string difference_of_forked(Worker& worker, const Baseline& base, std::chrono::nanoseconds limit);

} // namespace faultline::explore
