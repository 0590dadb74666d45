// faultline run: a program under a plan, with the proof that the plan was armed in it. The library alone fails open
// (the loader ignores what it cannot preload), so a run without faults would look like one that stood them.
#include "cli/cli.hpp"

#include "cli/collect.hpp"
#include "cli/run_plan.hpp"
#include "cli/summary.hpp"
#include "cli/target.hpp"
#include "ledger/place.hpp"
#include "ledger/reserve.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <sstream>
#include <unistd.h>

namespace faultline::cli {

namespace {

struct Options {
    std::string plan;
    std::vector<std::string> faults;
    std::string seed;
    std::string output;
    bool report = false;
    bool quiet = false;
};

int fail(int status, std::string_view what)
{
    fmt::print(stderr, "faultline: {}\n", what);
    return status;
}

/// The plan's file, under an absolute path: the program may change its directory before it executes another one. One
/// that a user whom the program becomes could not read is copied.
std::string plan_file(const RunPlan& plan, const RunDirectory& directory)
{
    constexpr unsigned for_all_to_read = 0644;
    if (!plan.text.empty()) return directory.write("plan.toml", plan.text, for_all_to_read);
    auto path = std::filesystem::absolute(plan.source).string();
    if (::geteuid() != 0 || open_to_all(path)) return path;
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return directory.write("plan.toml", text.str(), for_all_to_read);
}

/// Makes what all processes of the tree write to: the list of images, and room for those that can make no file.
bool prepare(const RunDirectory& directory, const plan::Plan& plan)
{
    constexpr int for_all_to_write = 0666;
    if (directory.write("images", "", for_all_to_write).empty()) return false;
    const auto reserve = fmt::format("{}/{}", directory.path(), ledger::reserve_name);
    constexpr auto longer_path = 2 * ledger::page; // the plan that the program loads may name its file by a longer one
    const auto bytes = ledger::slot_bytes(plan) + longer_path;
    const auto error = ledger::make_reserve(reserve.c_str(), ledger::reserve_slots_of_run, bytes, for_all_to_write);
    // Without space for them, what is missing in the end is at least counted.
    return error == 0 || ledger::make_reserve(reserve.c_str(), 0, bytes, for_all_to_write) == 0;
}

/// Where the statistics files are to go; empty: only into the summary.
std::string stats_pattern(const RunPlan& plan)
{
    const char* const variable = std::getenv("FAULT_STATS");
    if (variable != nullptr && *variable != '\0') return variable;
    return plan.source.empty() ? std::string() : std::string(plan.parsed.plan().text(plan.parsed.plan().stats_file));
}

/// Whether the program's own record stands for nothing: the plan is for other programs of the tree.
bool meant_for_others(const RunPlan& plan) { return plan.parsed.plan().programs.count != 0; }

std::string why_unarmed(const RunPlan& plan, const std::string& command, const Collected& collected,
                        const Outcome& outcome)
{
    if (meant_for_others(plan) && collected.records.all.empty())
        return fmt::format("no fault was armed: {} started none of the programs that the plan names", command);
    return fmt::format(
        "the faults were not armed in {}, which {}: the loader did not preload libfaultline.so, or ended the "
        "program before it (see the messages above; LD_DEBUG=files shows what it does)",
        command, ending(outcome.status));
}

Json document(const Options& options, const RunPlan& plan, const std::vector<std::string>& command,
              const Outcome& outcome, const Collected& collected)
{
    Json result = Json::object();
    result["faultline"] = FAULTLINE_VERSION;
    result["command"] = command;
    result["exit"] = ending(outcome.status);
    result["status"] = status_of(outcome.status);
    result["plan"] = plan.source.empty() ? Json() : Json(std::filesystem::absolute(plan.source).string());
    if (!options.faults.empty()) result["options"] = options.faults;
    result["seed"] = plan.seed;
    result.update(to_json(sum(collected.records)));
    if (!collected.records.problems.empty()) result["problems"] = collected.records.problems;
    auto& processes = result["processes"] = Json::array();
    for (const auto& record : collected.records.all)
        processes.push_back(record.document);
    return result;
}

/// What follows "NAME: " in a description; the table has the name already.
std::string without_name(std::string description, std::string_view name)
{
    const auto lead = fmt::format("{}: ", name);
    return description.starts_with(lead) ? description.substr(lead.size()) : description;
}

void summarize(const RunPlan& plan, const std::string& command, const Outcome& outcome, const Collected& collected,
               const RunDirectory& directory, const std::string& unwanted)
{
    auto all = sum(collected.records);
    const auto& parsed = plan.parsed.plan();
    for (auto& each : all.faults)
        for (const auto& fault : parsed.view(parsed.faults))
            if (parsed.text(fault.name) == each.name)
                each.text = without_name(language::describe(parsed, fault), each.name);

    std::string text = fmt::format("faultline: {} {}; {}\n{}", printable(command), ending(outcome.status),
                                   headline(all), fault_table(all, coloured(STDERR_FILENO)));
    for (const auto& problem : collected.records.problems)
        text += fmt::format("  warning: {}\n", printable(problem));
    text += plan.drawn
                ? fmt::format("  seed {} was drawn at random: --seed {} repeats this run\n", plan.seed, plan.seed)
                : fmt::format("  seed {}\n", plan.seed);
    if (!unwanted.empty())
        text += fmt::format("  statistics: none: {}: it is a device, pipe or socket\n", printable(unwanted));
    constexpr std::size_t most = 3;
    std::vector<std::string> kept;
    for (const auto& file : collected.files)
        if (!directory.holds(file) || directory.kept()) kept.push_back(file);
    for (std::size_t i = 0; i < std::min(kept.size(), most); ++i)
        text += fmt::format("  statistics: {}\n", printable(kept[i]));
    if (kept.size() > most) text += fmt::format("  statistics: {} more\n", kept.size() - most);
    fmt::print(stderr, "{}", text);
}

bool write_report(const std::string& path, const Json& report)
{
    const auto text = dump(report) + '\n';
    if (path.empty() || path == "-")
        return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    return static_cast<bool>(file.flush());
}

/// What happens once the plan is known to be valid and the program to be one that can be preloaded.
int run_armed(const Options& options, const std::vector<std::string>& command, const RunPlan& plan,
              const Target& target)
{
    RunDirectory directory;
    if (directory.path().empty())
        return fail(own_error, fmt::format("a directory for this run cannot be made under TMPDIR or /tmp: {}",
                                           std::strerror(errno)));
    Setting setting{.library = find_library(),
                    .config = plan_file(plan, directory),
                    .seed = plan.seed,
                    .stats = {},
                    .needed = target.needed};
    if (setting.library.empty())
        return fail(own_error,
                    std::getenv("FAULTLINE_LIBRARY") != nullptr
                        ? "FAULTLINE_LIBRARY names a file that is not there"
                        : "libfaultline.so is neither beside this command nor in ../lib (FAULTLINE_LIBRARY names it)");
    if (setting.config.empty() || !prepare(directory, plan.parsed.plan()))
        return fail(own_error, fmt::format("{} cannot be written to: {}", directory.path(), std::strerror(errno)));
    const auto wished = stats_pattern(plan);
    const bool unwanted = !wished.empty() && ledger::is_special(wished.c_str());
    const bool in_directory = wished.empty() || unwanted;
    if (in_directory) setting.stats = directory.path() + "/fault-stats.%p.json";
    std::string problem;
    const auto environment = environment_for(setting, directory, problem);
    if (!problem.empty()) return fail(own_error, problem);

    // Before the program has done its work, not after.
    if (!options.output.empty() && options.output != "-" && !std::ofstream(options.output, std::ios::app))
        return fail(own_error,
                    fmt::format("the report cannot be written to {}: {}", options.output, std::strerror(errno)));

    const auto outcome = launch(target.path, command, environment);
    if (outcome.error != 0)
        return fail(outcome.error == ENOENT ? not_found : cannot_run,
                    fmt::format("{}: {}", command.front(), std::strerror(outcome.error)));
    const auto collected = collect(directory, outcome);
    const bool armed = collected.program_seen || (meant_for_others(plan) && !collected.records.all.empty());
    if (!armed) return fail(own_error, why_unarmed(plan, command.front(), collected, outcome));
    for (const auto& file : collected.files)
        if (!in_directory && directory.holds(file))
            directory.keep(); // where the statistics should have gone, they couldn't

    if (!options.quiet)
        summarize(plan, command.front(), outcome, collected, directory, unwanted ? wished : std::string());
    if ((options.report || !options.output.empty()) &&
        !write_report(options.output, document(options, plan, command, outcome, collected)))
        return fail(own_error, fmt::format("the report cannot be written to {}",
                                           options.output.empty() ? "standard output" : options.output));
    return status_of(outcome.status);
}

int run(const Options& options, const std::vector<std::string>& command)
{
    if (command.empty()) return fail(own_error, "there is no command to run: write it behind '--'");
    const auto plan = make_run_plan(options.plan, options.faults, options.seed);
    for (const auto& mistake : plan.mistakes)
        fmt::print(stderr, "faultline: {}\n", mistake);
    if (!plan.mistakes.empty()) return own_error;
    if (!options.quiet)
        for (const auto& warning : plan.parsed.warnings)
            fmt::print(stderr, "faultline: warning: {}\n", warning.line == 0 ? warning.text : warning.at(plan.source));
    const auto target = find_target(command.front());
    if (target.status != 0)
        return fail(target.status, fmt::format("{}: {}{}{}", printable(command.front()), printable(target.problem),
                                               target.advice.empty() ? "" : "\n  ", target.advice));
    return run_armed(options, command, plan, target);
}

/// The command line goes on where CLI11 believes it to be at its end.
struct Usage : CLI::Formatter {
    [[nodiscard]] std::string make_usage(const CLI::App* app, std::string name) const override
    {
        auto text = Formatter::make_usage(app, std::move(name));
        text.insert(std::min(text.find_last_not_of('\n') + 1, text.size()), " -- COMMAND [ARGUMENT…]");
        return text;
    }
};

} // namespace

void add_run(CLI::App& app, const std::vector<std::string>& command, int& status)
{
    auto* const self = app.add_subcommand("run", "Run a command under a plan, prove that it was armed, and sum up");
    const auto options = std::make_shared<Options>();
    self->add_option("-c,--config", options->plan, "the plan, a TOML file (default: $FAULT_CONFIG)")->type_name("PLAN");
    self->add_option("-f,--fault", options->faults, "a fault: FUNCTIONS:KEY=VALUE,…; may be given several times")
        ->type_name("FAULT")
        ->allow_extra_args(false);
    self->add_option("--seed", options->seed, "use this seed, whatever the plan says")->type_name("N");
    self->add_flag("--report", options->report, "write all statistics and events as one JSON document at the end");
    self->add_option("-o,--output", options->output,
                     "the file for --report, which it implies (default: standard output)")
        ->type_name("FILE");
    self->add_flag("-q,--quiet", options->quiet, "no summary on standard error");
    self->prefix_command();
    self->formatter(std::make_shared<Usage>());
    self->footer(
        "Examples:\n"
        "  faultline run -c plan.toml -- ./server --port 8080\n"
        "  faultline run -f 'write:errno=ENOSPC,probability=0.1' --seed 42 -- tar cf /tmp/a.tar /etc\n"
        "  faultline run -f 'read,pread:short,bytes=1' -f 'connect:timeout,delay=2s' -- ./client\n"
        "  faultline run -f '@write:errno=[EIO,ENOSPC],path=/var/lib/**' --report -o r.json -- ./job\n"
        "\n"
        "Exit status: the command's own, or 128+N where signal N killed it; 125 where Faultline was not armed,\n"
        "126 where the command cannot be run, 127 where it is not found.");
    self->callback([self, options, &command, &status] {
        auto words = self->remaining(true);
        if (!words.empty() && words.front().starts_with('-')) {
            status =
                fail(own_error, fmt::format("there is no option '{}'\nTry 'faultline run --help'.", words.front()));
            return;
        }
        // Without "--" the command begins with the first word that is no option; a "--" in it is its own.
        if (!words.empty() && !command.empty()) words.emplace_back("--");
        words.insert(words.end(), command.begin(), command.end());
        status = run(*options, words);
    });
}

} // namespace faultline::cli
