// The family `power`: what power cuts during the command could have left, as `faultline powerloss` finds it. It runs in the
// surroundings of a run, with the verdicts of earlier explorations and other shards at hand.
#pragma once

#include "explore/explorer.hpp"

namespace faultline::explore {

/// Where it leaves its recording, verdicts and findings: below an exploration's output directory.
inline constexpr const char* power_directory = "/power";

[[nodiscard]] bool tries_power_cuts(const Options& options);

/// Makes that directory, empty unless the exploration is resumed. Returns its path.
[[nodiscard]] std::string make_power_directory(const Options& options);

/// The words of the command that does it, but for those of the command that is explored. `view`: see Surroundings.
[[nodiscard]] std::vector<std::string> power_command(const Options& options, const std::string& check,
                                                     const std::string& view);

/// Does it, tells how far it has come, and adds what was found to the summary, or why there is no verdict: then there is no exploration where nothing
/// else was tried. Its `known_points` are those of all else.
void cut_power(Worker& worker, const Options& options, std::chrono::nanoseconds limit,
               const std::function<void(const Progress&)>& tell, Summary& summary);

} // namespace faultline::explore
