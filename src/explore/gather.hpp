// How the lines of a journal become findings: whatever the order in which they come, the same.
#pragma once

#include "explore/journal.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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

/// What is known of the places that a run strikes, and which of them may be swallowed (is_absorbed()).
struct Places {
    std::function<std::optional<Site>(const Strike&)> site_of;
    const std::vector<std::string>& absorbed;
};
inline constexpr std::string_view absorbed = "absorbed"; // in the place of a key

/// Of what strikes everywhere a further strike may be to blame. So a finding that only such a point gives is none where a
/// further strike is absorbed, and part of another finding where a further strike by itself gives that one and it is as
/// bad. Returns the keys that are gone, each with the one that it is part of now, or `absorbed`.
std::map<std::string, std::string> join_explained(std::map<std::string, Finding>& findings, const Places& places);

} // namespace faultline::explore
