// Renders a ledger as the JSON of the statistics file: inside the process whose record it is, as
// the last thing that happens there, and in the faultline command for processes that could not do it themselves.
#pragma once

#include "ledger/json.hpp"
#include "ledger/layout.hpp"

namespace faultline::ledger {

// Warnings that are read back: what a record says no more after them.
inline constexpr std::string_view threads_shared_text =
    "there were more threads than Faultline tells apart: the faults of some are not reproducible";
inline constexpr std::string_view argv_cut_text = "argv is longer than what is kept of it";
/// The warning after which nothing may be said of what "never" happened in the tree.
inline constexpr std::string_view child_unrecorded_text =
    "a forked child could keep no record: what it did, and what struck it, is counted nowhere";

/// What is known about a process's end beyond its ledger; nothing of it, inside the process.
struct Ending {
    std::string_view exit = {};    // "killed by SIGKILL"; empty: as the ledger has it
    std::int64_t monotonic_ns = 0; // CLOCK_MONOTONIC; 0: as the ledger has it, or unknown
};

/// Writes the record of a ledger that lies in one piece from `header` on, through `buffer` (not empty), to the sink.
/// Returns whether all of it was written. A ledger that others still write to gives a record of about now.
/// Under "functions" stands each function of the plan that was called, under "faults" each fault of the plan.
/// No allocation, no system calls but the sink's, errno untouched. After boot, at any time; also in a signal handler.
bool render(const Header& header, Sink sink, std::span<char> buffer, const Ending& ending = {}) noexcept;

} // namespace faultline::ledger
