// faultline replay: the faults of a record once more, each at the very call that it struck.
#include "cli/cli.hpp"

#include "cli/finding_again.hpp"
#include "cli/repeat.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

using report::counted, report::printable;

struct ReplayOptions {
    std::vector<std::string> records;
    std::string plan;
    bool quiet = false;
    std::vector<std::string> command;
};

int replay(const ReplayOptions& options)
{
    if (options.records.size() == 1 && is_finding_directory(options.records.front()))
        return replay_finding({options.records.front(), options.command, options.plan, {}, options.quiet});
    auto command = options.command;
    run::Replay replay;
    if (!read_replay(options.records, command, replay)) return own_error;
    const auto all = replay.all();
    if (!options.plan.empty()) {
        const auto wrong = write_document(options.plan, replay.toml(all));
        return wrong.empty() ? 0 : fail(own_error, "the plan " + wrong);
    }

    run::Request request;
    request.command = command;
    request.plan = replay.plan(all);
    request.foreground = true;
    for (const auto& mistake : request.plan->mistakes)
        fmt::print(stderr, "faultline: {}\n", mistake);
    if (!request.plan->mistakes.empty()) return own_error;
    const auto outcome = run::run(request);
    if (outcome.refusal) return fail(*outcome.refusal, command.front());
    if (outcome.armed != run::Armed::yes)
        return fail(own_error, fmt::format("the faults were not armed in {}", printable(command.front())));
    for (const auto& problem : outcome.records.problems)
        fmt::print(stderr, "faultline: warning: {}\n", printable(report::words(problem)));

    auto departed = run::departures(replay.struck, run::struck_in(outcome.records));
    const auto ended = run::ending(outcome.status);
    if (!replay.exit.empty() && ended != replay.exit)
        departed.insert(departed.begin(), fmt::format("it {}; in the record it {}", ended, replay.exit));
    if (!options.quiet || !departed.empty())
        fmt::print(stderr, "faultline: {} {}; {} of the record, {}\n", printable(command.front()), ended,
                   counted(replay.parts.size(), "fault"),
                   departed.empty() ? "all of them again, and no other" : "and the run departed from it:");
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < std::min(most, departed.size()); ++i)
        fmt::print(stderr, "  {}\n", printable(departed[i]));
    if (departed.size() > most) fmt::print(stderr, "  and {} more\n", departed.size() - most);
    return departed.empty() ? 0 : 1;
}

} // namespace

SUBCOMMAND(replay, 40, "Make the faults of a record happen again, and say where the run departs from it")
{
    const auto options = std::make_shared<ReplayOptions>();
    self.words("RECORD", options->records,
               "statistics files, ledgers, reports in JSON of one run, or its directory; or a finding's directory");
    self.option("-p,--plan", options->plan, "write the plan that repeats the record, and run nothing", "FILE");
    self.flag("-q,--quiet", options->quiet, "say nothing where the run was as the record");
    self.program_behind(options->command);
    self.footer(
        "The command is that of the record, started here; name another, or the one whose arguments were cut, "
        "behind '--'.\n"
        "\n"
        "A finding of faultline explore (out/findings/NAME) is run again as the exploration ran it, in a fresh copy\n"
        "of its directory, and judged by runs without faults.\n"
        "\n"
        "Examples:\n"
        "  faultline run -f 'write:EIO,probability=0.01' --report -o r.json -- ./job\n"
        "  faultline replay r.json\n"
        "  faultline replay faultline-explore/findings/crash-1\n"
        "  faultline replay --plan same.toml r.json && faultline run -c same.toml -- ./job\n"
        "\n"
        "Exit status: 0 the same faults struck the same calls and the command ended in the same way; 1 the run\n"
        "departed from the record, or a finding ended in another class of outcome; 124 without faults the command\n"
        "differs from run to run; 125 Faultline's error, or a record that cannot be repeated; 126, 127 as run.");
    self.action([options] { return replay(*options); });
}

} // namespace faultline::cli
