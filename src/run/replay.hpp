// The faults of a record, made to happen again: each by where it struck (thread, function, number of the call), whatever
// chance, budget or race had led to it. What cannot be told from a record is refused by name.
#pragma once

#include "report/record_files.hpp"
#include "run/run_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace faultline::run {

/// Where a fault struck: the same in every run of a program that does the same.
struct Strike {
    std::string thread; // its lineage
    std::string function;
    std::uint64_t call = 0; // of the function in the thread
    auto operator<=>(const Strike&) const = default;
};

/// "write 3 of thread 0.1".
[[nodiscard]] std::string words(const Strike& strike);

/// What was done there, as far as two runs can be compared by it: "errno ENOSPC", "short, 3 bytes".
using Struck = std::map<Strike, std::string>;
[[nodiscard]] Struck struck_in(const report::Records& records);

/// A record, ready to be repeated.
struct Replay {
    /// Its faults in the order of strikes, each with the keys of a plan that do the same again.
    struct Part {
        Strike strike;
        std::string keys; // lines of TOML
    };
    std::vector<Part> parts;
    Struck struck;
    std::vector<std::string> command;  // of the first process; empty: the record does not have all of it
    std::string arm;                   // as the plan of the record has it
    std::string exit;                  // how the first process ended
    std::vector<std::string> refusals; // where there are any, the record cannot be repeated
    std::vector<std::string> warnings;

    /// The plan, in TOML, that makes these parts happen; none of them: a plan without faults.
    [[nodiscard]] std::string toml(std::span<const std::size_t> chosen) const;
    /// The same for run::run.
    [[nodiscard]] std::shared_ptr<const RunPlan> plan(std::span<const std::size_t> chosen) const;
    /// Numbers of all parts.
    [[nodiscard]] std::vector<std::size_t> all() const;
    /// The faults of these parts.
    [[nodiscard]] Struck expected(std::span<const std::size_t> chosen) const;
};
[[nodiscard]] Replay replay_of(const report::Records& records);

/// How a run differs from what was expected, a line each, in the order of strikes: what did not happen, what happened
/// beside, what was different.
[[nodiscard]] std::vector<std::string> departures(const Struck& expected, const Struck& happened);

} // namespace faultline::run
