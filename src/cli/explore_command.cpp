// faultline explore: what breaks in this command? Every call site that it reaches fails in every way its environment
// could make it fail, one run each.
#include "cli/cli.hpp"
#include "cli/explore_options.hpp"
#include "cli/interruption.hpp"

#include "door/fit.hpp"
#include "explore/findings_files.hpp"
#include "explore/power_cuts.hpp"
#include "report/exploration_json.hpp"
#include "report/progress_line.hpp"
#include "report/report.hpp"
#include "report/terminal.hpp"
#include "run/environment.hpp"
#include "run/imports.hpp"
#include "run/target.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <unistd.h>

namespace faultline::cli {

namespace {

namespace fs = std::filesystem;
using report::printable;
using run::RunDirectory, run::Setting, run::Target;

const std::vector<std::string>& default_fail_on()
{
    static const std::vector<std::string> all{"silent-wrong",  "told-wrong", "crash",   "hang",
                                              "false-failure", "lost",       "corrupt", "cannot-recover"};
    return all;
}

/// The command's environment: what may change from run to run or machine to machine is fixed.
std::vector<std::string> fixed(std::vector<std::string> environment, const std::string& view,
                               const ExploreOptions& given)
{
    std::vector<std::string> changes{"TZ=UTC", "LC_ALL=C.UTF-8", "HOME=" + view + "/home", "TMPDIR=" + view + "/tmp"};
    for (const auto& each : given.environment)
        changes.push_back(each);
    for (const auto& change : changes) {
        const auto name = change.substr(0, change.find('=') + 1);
        std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(name); });
        environment.push_back(change);
    }
    return environment;
}

std::vector<std::string> without_faultline(std::vector<std::string> environment)
{
    std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("FAULT_"); });
    return environment;
}

std::vector<explore::Command> commands(const std::string& view, const ExploreOptions& given,
                                       const explore::Options& options, const Target& target,
                                       const std::optional<Setting>& setting, const RunDirectory& directory,
                                       std::string& problem)
{
    const auto& command = given.command;
    std::vector<std::string> plain;
    for (char** each = environ; *each != nullptr; ++each)
        plain.emplace_back(*each);
    plain = fixed(without_faultline(std::move(plain)), view, given);
    auto loaded = setting ? fixed(environment_for(*setting, directory.path(), problem), view, given) : plain;
    std::erase_if(loaded, [](const std::string& entry) { return entry.starts_with("FAULT_RUN="); });
    const auto path = fs::absolute(target.path).string();
    const auto shell = [&](const std::string& text) {
        return explore::Command{"/bin/sh", {"sh", "-c", text}, plain, false};
    };
    std::vector<explore::Command> all{{path, command, plain, true},
                                      {path, command, loaded, true, !setting},
                                      given.recover.empty() ? explore::Command{path, command, plain, false}
                                                            : shell(given.recover),
                                      shell(given.check)};
    if (explore::tries_power_cuts(options)) {
        std::error_code error;
        auto words = explore::power_command(options, given.check, view);
        words.insert(words.end(), command.begin(), command.end());
        all.push_back({fs::read_symlink("/proc/self/exe", error).string(), std::move(words), plain, false});
    }
    return all;
}

std::string findings_words(const explore::Progress& progress)
{
    std::string words = progress.failing == 0 ? "" : fmt::format("{} failing", progress.failing);
    for (const auto& [kind, count] : progress.findings)
        words += fmt::format("{}{} {}", words.empty() ? "" : "  ", count, explore::name_of(kind));
    return words;
}

void print_summary(const explore::Summary& summary, const report::Exploration& record, const std::string& output)
{
    fmt::print("{}", report::text_of(record, {.colour = report::coloured(STDOUT_FILENO)}));
    if (!summary.not_forked.empty()) fmt::print("no fork server: {}\n", printable(summary.not_forked));
    if (summary.executed != 0)
        fmt::print("{} runs were not begun by the fork server: it did not answer\n", summary.executed);
    if (!record.findings.empty())
        fmt::print("plans and scripts: {0}/findings/; a page to look through: faultline report --format html {0}\n",
                   output);
}

/// Has Slurm run the shards; then they are to be merged. Returns what is wrong.
std::string explore_on_slurm(ExploreOptions& given, const explore::Options& options)
{
    std::error_code error;
    fs::create_directories(options.output, error);
    if (error) return fmt::format("{} cannot be made: {}", options.output, error.message());
    if (auto problem = explore::write_settings(options.settings, options.output); !problem.empty()) return problem;
    run::Campaign campaign;
    campaign.command = {"explore",       "--quiet",         "--resume", "--fail-on", "none",
                        "--fork-server", given.fork_server, "--copies", given.copies};
    for (auto& word : as_arguments(options.settings))
        campaign.command.push_back(std::move(word));
    if (!given.time.empty()) campaign.command.insert(campaign.command.end(), {"--time", given.time});
    campaign.program = given.command;
    campaign.journal = "journal.jsonl";
    campaign.left_undone = explore::left_undone;
    campaign.output = options.output;
    campaign.resume = given.resume;
    auto end = run_campaign(std::move(campaign), given.campaign, given.jobs, given.quiet, "runs");
    given.merge = std::move(end.directories);
    given.campaign = {};
    given.time.clear();
    given.resume = false;
    return end.problem;
}

/// Which door the runs go through, and what is to be said of that. Returns what is wrong.
std::string choose_door(const ExploreOptions& given, const Target& target, explore::Options& options)
{
    const auto way = way_named(given.door.empty() ? "auto" : given.door);
    if (!way) return fmt::format("--door {}: it is preload, kernel or auto", printable(given.door));
    const auto obstacle = door::obstacle();
    const bool needed = kernel_door_reaches(target.obstacle);
    options.through_door = *way == run::Way::kernel || (*way == run::Way::automatic && needed && obstacle.empty());
    if (*way == run::Way::kernel && !obstacle.empty())
        return fmt::format("the kernel's door cannot be used: {}", obstacle);
    if (!options.through_door) return {};
    options.notes.push_back(*way == run::Way::kernel
                                ? std::string("through the kernel's door")
                                : fmt::format("through the kernel's door, for {}", target.problem));
    if (target.obstacle == run::Obstacle::privileged && ::geteuid() != 0)
        options.notes.emplace_back("it runs without the privileges that its file gives it (no_new_privs)");
    return {};
}

/// Explores where everything is prepared for it, and says what was found.
int explore_in(const ExploreOptions& given, const explore::Options& options, const std::string& root,
               const explore::Prepare& prepare, const Target& target, const std::string& accepted)
{
    const auto& command = given.command;
    explore::Summary summary;
    {
        report::ProgressLine line(given.quiet);
        line.say("running the command without faults …");
        summary = explore::explore(options, root, prepare, [&](const explore::Progress& progress) {
            line.tell(progress.done, progress.known, progress.unit, progress.seconds, findings_words(progress));
        });
    }
    if (!summary.problem.empty()) return fail(summary.baseline_trouble ? nothing_explored : own_error, summary.problem);
    auto record = explore::as_record(summary, options, command);
    if (!options.through_door) {
        const auto modules = run::load_modules(target.program);
        for (auto& each : run::unreached(modules, run::sort_imports(modules)))
            record.unreached.push_back(std::move(each));
    }
    report::settle(record);
    if (const auto wrong = explore::write_findings(record, summary, options, command); !wrong.empty())
        return fail(own_error, wrong);
    if (given.json)
        fmt::print("{}\n", report::lines(report::to_json(record, false)));
    else
        print_summary(summary, record, given.output);
    if (!given.accept.empty()) {
        const auto wrong = explore::accept(accepted, record.findings);
        return wrong.empty() ? 0 : fail(own_error, wrong);
    }
    const auto classes = given.fail_on.empty() ? default_fail_on() : split(given.fail_on);
    const bool fails = std::ranges::any_of(record.findings, [&](const report::Finding& finding) {
        return !finding.known && std::ranges::count(classes, report::name_of(finding.outcome)) != 0;
    });
    return fails ? found_something : 0;
}

int explore_command(ExploreOptions given)
{
    if (!given.merge.empty())
        if (const auto problem = adopt_settings(given); !problem.empty()) return fail(own_error, problem);
    if (given.command.empty())
        return fail(own_error, "there is no command (faultline explore [OPTIONS] -- COMMAND [ARGUMENTS])");
    if (given.resume)
        if (const auto problem = check_resumed(given); !problem.empty()) return fail(own_error, problem);
    explore::Options options;
    if (given.campaign.on_slurm()) {
        end_early_on_signals();
        auto problem = to_options(given, options);
        if (problem.empty()) problem = explore_on_slurm(given, options);
        if (!problem.empty()) return fail(own_error, problem);
        options = {};
    }
    if (const auto problem = to_options(given, options); !problem.empty()) return fail(own_error, problem);
    const auto accepted = given.accept.empty() ? std::string() : fs::absolute(given.accept).string();
    return in_surroundings(given, options,
                           [&](auto ready, const std::string& root, const auto& prepare, const Target& target) {
                               return explore_in(given, ready, root, prepare, target, accepted);
                           });
}

} // namespace

int in_surroundings(const ExploreOptions& given, explore::Options options, const InSurroundings& what)
{
    const auto& command = given.command;
    options.stop = &interrupted;
    end_early_on_signals();
    fs::current_path(options.work.surroundings.working); // where the command will find itself
    const auto target = run::find_target(command.front());
    if (const auto problem = choose_door(given, target, options); !problem.empty()) return fail(own_error, problem);
    const bool reached = options.through_door && kernel_door_admits(target.obstacle);
    if (target.obstacle != run::Obstacle::none && !reached) {
        const bool absent = target.obstacle == run::Obstacle::not_found;
        const bool cannot = target.obstacle == run::Obstacle::not_executable;
        fail(own_error, fmt::format("{}: {}", printable(command.front()), target.problem));
        if (!target.advice.empty()) fmt::print(stderr, "  {}\n", target.advice);
        return absent ? +not_found : cannot ? +cannot_run : +own_error;
    }
    std::error_code error;
    const auto program = fs::absolute(target.path, error).lexically_normal().string();
    if (given.empty && program.starts_with(options.work.surroundings.working + "/"))
        return fail(own_error,
                    fmt::format("--empty: {} lies in the directory that each run finds empty (move it, or name "
                                "another --workdir)",
                                printable(program)));
    RunDirectory directory;
    if (directory.path().empty())
        return fail(own_error, "a directory for the runs cannot be made under TMPDIR or /tmp");
    if (directory.path().starts_with(options.work.surroundings.working + "/"))
        return fail(own_error, fmt::format("the runs' own directory, {}, would lie in the directory that is explored "
                                           "(set TMPDIR to another place, or name a smaller --workdir)",
                                           directory.path()));
    const auto library = options.through_door ? std::string() : run::find_library();
    if (library.empty() && !options.through_door)
        return fail(own_error, "libfaultline.so was not found (FAULTLINE_LIBRARY names it)");

    std::string problem;
    const auto prepare = [&](const std::string& view) {
        const Setting setting{.library = library,
                              .config = view + "/plan",
                              .block = view + "/plan",
                              .control = {},
                              .seed = options.seed,
                              .stats = view + "/stats/%p.json",
                              .needed = target.needed,
                              .changes = {},
                              .unset = {}};
        auto all = commands(view, given, options, target, options.through_door ? std::nullopt : std::optional(setting),
                            directory, problem);
        return problem.empty() ? all : std::vector<explore::Command>();
    };
    const int status = what(options, directory.path(), prepare, target);
    return problem.empty() ? status : fail(own_error, problem);
}

SUBCOMMAND(explore, 20, "Find what breaks: fail every call that a command makes, one run each")
{
    const auto given = std::make_shared<ExploreOptions>();
    self.option("--try", given->families, "families of faults, separated by commas (see below)", "FAMILIES");
    self.option("-w,--workdir", given->workdir,
                "each run gets a fresh copy of it, at the same path (default: the current one)", "DIR");
    self.flag("--empty", given->empty, "each run finds the directory empty");
    self.flag("--in-place", given->in_place, "run in the directory itself: the command has to clean up");
    self.option("--stdin", given->input, "standard input (default: nothing)", "FILE");
    self.option("--env", given->environment, "for the command's environment", "NAME=VALUE");
    self.option("--check", given->check, "shell command that fails where the result is corrupt", "CMD");
    self.option("--recover", given->recover,
                "shell command that follows a run which left something odd (default: the command)", "CMD");
    self.option("-j,--jobs", given->jobs, "runs at the same time (default: one for each processor)", "N");
    self.option("--fork-server", given->fork_server,
                "begin runs by forking a process that waits before main: auto (where that is exact), on, off",
                "auto|on|off");
    self.option(
        "--copies", given->copies,
        "where each run's copy lies: memory (quicker), disk, or auto, which is memory where there is enough of it",
        "auto|disk|memory");
    self.option("--time", given->time, "for trying, without the baseline before and repeating what was found: 30s, 10m",
                "DURATION");
    self.option(
        "--door", given->door,
        "where calls are struck: preload (libc's symbols), kernel (system calls: static programs, Go, musl), or "
        "auto, which is preload where that works (default: auto)",
        door_values);
    self.option("--timeout", given->timeout, "of one run (default: 10 times a run without faults, and 1s)", "DURATION");
    self.flag("--every", given->every, "try each match of a site, not only the first, a middle and the last one");
    self.option("--depth", given->depth, "2: also fail what only the handling of a fault calls", "1|2");
    self.option("--sample", given->sample,
                "draw so many points from those of the trace, by --seed, and try what follows from them", "N");
    self.option("--seed", given->seed, "of what is drawn at random", "N");
    self.option("--shard", given->shard,
                "only the I-th part of N, for as many machines; auto: as the engine says that started it", "I/N|auto");
    self.list("--merge", given->merge,
              "join what shards left in these directories into one; their settings count, if none are typed", "DIR");
    add_campaign_options(self, given->campaign);
    self.flag("--resume", given->resume, "go on where an exploration with the same output directory stopped");
    self.option("--known", given->known, "findings that are known: only others make the status 1", "FILE");
    self.option("--accept", given->accept, "add what is found to such a file, and exit 0", "FILE");
    self.option("--absorb", given->absorb, "what may be swallowed: a function, function@module or site a line; globs",
                "FILE");
    self.option("--fail-on", given->fail_on, "outcomes that make the exit status 1, or none", "OUTCOMES");
    self.option("-o,--output", given->output, "journal and findings (default: faultline-explore)", "DIR");
    self.flag("-q,--quiet", given->quiet, "no progress line");
    self.flag("--json", given->json, "print what findings.json holds instead of the text");
    self.program(given->command);
    static const auto footer = [] {
        std::string text = "Families:";
        for (const auto& family : explore::families())
            text += fmt::format("\n  {:8} {}{}", family.name, family.help, family.by_default ? "" : " (on request)");
        return text + "\n\nExample:\n  faultline explore -- sed -i s/foo/x/g notes.txt\n\n"
                      "Exit status: 0 nothing found, 1 findings, 124 unstable without faults or no point reached, 125 "
                      "Faultline's error.";
    }();
    self.footer(footer.c_str());
    self.action([given] { return explore_command(*given); });
}

} // namespace faultline::cli
