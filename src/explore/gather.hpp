// How the lines of a journal become findings: whatever the order in which they come, the same.
#pragma once

#include "explore/journal.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace faultline::explore {

/// Whether outcomes of that kind come with a stack of where the program was killed.
[[nodiscard]] constexpr bool is_killed(Class kind) { return kind == Class::crash || kind == Class::abort; }

/// A process of the tree left no word of its end: only a signal that means a crash makes it one.
void settle_child(const Baseline& baseline, const Observation& seen, const Crash& crash, Outcome& outcome);

/// Adds a line that has a key to the findings by their keys. A finding is told by the weakest of its points; of two that
/// are as weak, by the one whose site comes first in the trace. `seen` and `crash`: empty where a journal tells it.
void gather(std::map<std::string, Finding>& findings, const std::vector<Site>& trace, const Line& line,
            const std::optional<Site>& site, const Observation& seen, const Crash& crash);

} // namespace faultline::explore
