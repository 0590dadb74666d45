#include "cli/repeat.hpp"

#include "cli/cli.hpp"
#include "report/report.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::cli {

using report::printable;

bool read_replay(const std::vector<std::string>& paths, std::vector<std::string>& command, run::Replay& replay)
{
    report::Report found;
    for (const auto& path : paths)
        report::load(path, found);
    const auto problems = report::problems_of(found);
    for (const auto& problem : problems)
        fmt::print(stderr, "faultline: {}\n", printable(report::words(problem)));
    if (!found.explorations.empty()) {
        fail(own_error, "this is an exploration: name the directory of one of its findings (DIR/findings/NAME)");
        return false;
    }
    if (!problems.empty()) return false;
    replay = run::replay_of(found.runs);
    for (const auto& warning : replay.warnings)
        fmt::print(stderr, "faultline: warning: {}\n", printable(warning));
    constexpr std::size_t most = 5;
    for (std::size_t i = 0; i < std::min(most, replay.refusals.size()); ++i)
        fmt::print(stderr, "faultline: {}\n", printable(replay.refusals[i]));
    if (replay.refusals.size() > most) fmt::print(stderr, "faultline: and {} more\n", replay.refusals.size() - most);
    if (!replay.refusals.empty()) return false;
    if (replay.parts.empty()) {
        fail(own_error, "no fault has struck in these records: there is nothing to repeat");
        return false;
    }
    if (command.empty()) command = replay.command;
    if (!command.empty()) return true;
    fail(own_error, "the records do not tell the whole command (none of them is of the first process, or its arguments "
                    "were cut): write it behind '--'");
    return false;
}

} // namespace faultline::cli
