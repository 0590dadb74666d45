// What became of a run: a class, found by comparing what was seen with what is seen without faults.
#pragma once

#include "explore/mask.hpp"
#include "report/outcome_class.hpp"

#include <optional>
#include <string>
#include <vector>

namespace faultline::explore {

using report::Class, report::class_named, report::class_names, report::is_finding, report::name_of;

/// What is known of a command without faults.
struct Baseline {
    Observation run; // in fresh surroundings
    Tree pristine;   // the tree before it
    Mask mask;
    std::optional<End> recovery_of_pristine; // the recovery command, in fresh surroundings
    std::optional<End> recovery_of_run;      // … after the command
    Tree recovered_pristine, recovered_run;  // what it leaves
};

struct Outcome {
    Class kind = Class::tolerated;
    std::string detail; // "spin", "SIGSEGV", "work/notes.txt differs" …
};

/// Whether what the run left can only be judged by what a recovery makes of it: it is neither as before nor as after a
/// run without faults.
[[nodiscard]] bool needs_recovery(const Baseline& baseline, const Observation& seen);

/// Classifies a run under faults.
[[nodiscard]] Outcome classify(const Baseline& baseline, const Observation& seen);

/// How a tree differs, in a few words; empty: it doesn't.
[[nodiscard]] std::string difference(const Tree& expected, const Tree& seen);

} // namespace faultline::explore
