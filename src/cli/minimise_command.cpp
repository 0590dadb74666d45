// faultline minimise: which of a record's faults are needed for what came of them.
#include "cli/cli.hpp"

#include "cli/finding_again.hpp"
#include "cli/repeat.hpp"
#include "language/values.hpp"
#include "report/progress_line.hpp"
#include "report/terminal.hpp"
#include "run/shell_words.hpp"
#include "run/trials.hpp"

#include <chrono>
#include <fmt/format.h>
#include <memory>

namespace faultline::cli {

namespace {

using report::counted, report::printable;

struct MinimiseOptions {
    std::vector<std::string> records;
    std::string condition, before, timeout, plan = "minimal.toml";
    bool quiet = false;
    std::vector<std::string> command;
};

int minimise(const MinimiseOptions& options)
{
    if (options.records.size() == 1 && is_finding_directory(options.records.front())) {
        if (!options.condition.empty() || !options.before.empty())
            return fail(own_error,
                        "a finding's directory says itself what has to hold still, and each run of it is fresh: "
                        "--while and --before have no meaning with it");
        return minimise_finding(
            {options.records.front(), options.command, options.plan, options.timeout, options.quiet});
    }
    std::string problem;
    run::Trials::Setting setting;
    setting.condition = run::Condition::from(options.condition, problem);
    if (!problem.empty()) return fail(own_error, fmt::format("--while: {}", problem));
    setting.before = options.before;
    if (!options.timeout.empty()) {
        const auto duration = language::parse_duration(options.timeout);
        if (!duration.value || *duration.value == 0)
            return fail(own_error, fmt::format("--timeout is '{}'; write 500ms, 5s or 1m", options.timeout));
        setting.timeout_ns = static_cast<std::int64_t>(*duration.value);
    }
    auto command = options.command;
    run::Replay replay;
    if (!read_replay(options.records, command, replay)) return own_error;
    setting.command = command;

    const auto began = std::chrono::steady_clock::now();
    report::ProgressLine progress(options.quiet);
    setting.told = [&](std::size_t trials, std::size_t faults) {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - began;
        progress.say(fmt::format("{}, {} left, {}", counted(trials, "run"), counted(faults, "fault"),
                                 report::duration_words(seconds.count())));
    };
    run::Trials trials(replay, setting);
    const auto result = trials.minimise();
    if (result.refusal) return fail(*result.refusal, command.front());
    if (!result.problem.empty()) return fail(own_error, result.problem);
    if (!result.happened)
        return fail(1, fmt::format("with all {} of the record the condition does not hold: {}",
                                   counted(replay.parts.size(), "fault"), result.why));
    if (const auto wrong = write_document(options.plan, replay.toml(result.needed)); !wrong.empty())
        return fail(own_error, "the plan " + wrong);
    if (result.needed.empty()) {
        fmt::print("without any fault the condition holds as well: the faults of the record are not its reason\n");
        return 1;
    }
    fmt::print("{} of {} needed, found by {}:\n", result.needed.size(), counted(replay.parts.size(), "fault"),
               counted(result.trials, "run"));
    for (const auto part : result.needed) {
        const auto& strike = replay.parts[part].strike;
        fmt::print("  {}: {}\n", run::words(strike), replay.struck.at(strike));
    }
    fmt::print("with any one of them left out it does not hold. The plan is {}:\n  faultline run -c {} -- {}\n",
               printable(options.plan), printable(options.plan), printable(run::shell_line(command)));
    return 0;
}

} // namespace

SUBCOMMAND(minimise, 50, "Find the smallest set of a record's faults that still gives an outcome")
{
    const auto options = std::make_shared<MinimiseOptions>();
    self.words("RECORD", options->records,
               "statistics files, ledgers, reports in JSON of one run, or its directory; or a finding's directory");
    self.option("--while", options->condition,
                "what has to hold still: exit=N, signal=NAME, hang, or a command for sh that exits 0 (see below)",
                "WHAT");
    self.option("--before", options->before, "a command for sh before each run: puts back what the last one changed",
                "CMD");
    self.option("--timeout", options->timeout, "of one run, after which it hangs (default: 60s)", "DURATION");
    self.option("-o,--output", options->plan, "the file for the plan (default: minimal.toml)", "FILE");
    self.flag("-q,--quiet", options->quiet, "no progress line");
    self.program_behind(options->command);
    self.footer(
        "Each run strikes some of the record's faults, each at the very call that it struck, by delta debugging\n"
        "(ddmin). A command for --while gets FAULT_EXIT (the exit status, or 128 and the signal's number),\n"
        "FAULT_OUTPUT and FAULT_ERROR (files with what the run printed).\n"
        "Of a finding's directory the class of its outcome has to hold still, and no --while is given.\n"
        "\n"
        "Examples:\n"
        "  faultline minimise r.json --while signal=SEGV\n"
        "  faultline minimise faultline-explore/findings/told-wrong-2 -o least.toml\n"
        "  faultline minimise r.json --before 'rm -rf data' --while './verify.sh; [ $? = 3 ]' -- ./store\n"
        "\n"
        "Exit status: 0 the smallest plan was written; 1 the condition does not hold with all faults, or holds\n"
        "without any, or a finding does not come again; 124 without faults the command differs from run to run;\n"
        "125 Faultline's error, or a record that cannot be repeated; 126, 127 as run.");
    self.action([options] { return minimise(*options); });
}

} // namespace faultline::cli
