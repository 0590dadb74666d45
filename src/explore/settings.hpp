// What an exploration was asked to do, as far as it decides which points there are and what becomes of them. It lies
// beside the journal, so that only journals of one and the same exploration are joined.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace faultline::explore {

struct Settings {
    std::vector<std::string> command;
    /// Options by their names with dashes, and their values as they were typed; a flag has an empty one. An option that
    /// may be given several times stands there as often.
    std::vector<std::pair<std::string, std::string>> options;

    [[nodiscard]] bool operator==(const Settings&) const = default;
};

/// Writes them into the directory of an exploration. Returns what went wrong; empty: nothing.
[[nodiscard]] std::string write_settings(const Settings& settings, const std::string& directory);

/// Reads them from there. Nothing, and the reason in `problem`, where that is not possible.
[[nodiscard]] std::optional<Settings> read_settings(const std::string& directory, std::string& problem);

/// The first setting in which two explorations differ, "--depth 2 in a and not in b"; empty: there is none.
[[nodiscard]] std::string difference(const Settings& first, const std::string& name_of_first, const Settings& second,
                                     const std::string& name_of_second);

} // namespace faultline::explore
