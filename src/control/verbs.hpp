// The verbs of `faultline ctl`, by their names: the command and `faultline serve` share them.
#pragma once

#include "control/live_run.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::control {

struct Verb {
    std::string_view name;
    std::size_t least, most; // words behind it
    std::string_view usage;
    Done (*perform)(LiveRun& run, const std::vector<std::string>& words);
};

/// The verbs that only look; they are the command's own.
constexpr std::array<std::string_view, 5> looks{"status", "list", "wait", "events", "watch"};

/// Those that change a run.
[[nodiscard]] std::span<const Verb> verbs() noexcept;

/// Performs one of them; nullopt: there is none of that name. A wrong number of words is a mistake.
[[nodiscard]] std::optional<Done> perform(LiveRun& run, const std::string& verb, const std::vector<std::string>& words);

/// "process 12 (nginx) has not taken it over …".
[[nodiscard]] std::string words(const Member& behind);

} // namespace faultline::control
