// faultline run: a program under a plan, with the proof that the plan was armed in it. The library alone fails open
// (the loader ignores what it cannot preload), so a run without faults would look like one that stood them.
#include "cli/cli.hpp"

#include "report/record_json.hpp"
#include "report/sums.hpp"
#include "report/tables.hpp"
#include "report/terminal.hpp"
#include "run/run.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::cli {

namespace {

using report::Json, report::printable;
using run::Outcome, run::RunPlan;

struct RunOptions {
    std::string plan;
    std::vector<std::string> faults;
    std::string seed;
    std::string output;
    std::string door = "auto";
    bool report = false;
    bool trace = false;
    bool control = false;
    bool keep = false;
    bool quiet = false;
    std::vector<std::string> command;
};

std::string why_unarmed(const Outcome& outcome, const std::string& command)
{
    if (outcome.armed == run::Armed::elsewhere)
        return fmt::format("no fault was armed: {} started none of the programs that the plan names", command);
    if (outcome.way == run::Way::kernel)
        return fmt::format("the faults were not armed in {}, which {}: the supervisor did not see the program begin",
                           command, run::ending(outcome.status));
    return fmt::format(
        "the faults were not armed in {}, which {}: the loader did not preload libfaultline.so, or ended the "
        "program before it (see the messages above; LD_DEBUG=files shows what it does)",
        command, run::ending(outcome.status));
}

Json document(const RunOptions& options, const RunPlan& plan, const Outcome& outcome)
{
    auto result = Json::object();
    result["faultline"] = FAULTLINE_VERSION;
    result["command"] = options.command;
    result["exit"] = run::ending(outcome.status);
    result["status"] = run::status_of(outcome.status);
    result["plan"] = plan.source.empty() ? Json() : Json(std::filesystem::absolute(plan.source).string());
    if (!options.faults.empty()) result["options"] = options.faults;
    result["seed"] = plan.seed;
    if (outcome.way == run::Way::kernel) result["door"] = "kernel";
    result.append(report::to_json(report::sum(outcome.records)));
    if (!outcome.records.problems.empty()) {
        auto& problems = result["problems"] = Json::array();
        for (const auto& problem : outcome.records.problems)
            problems.push_back(report::words(problem));
    }
    auto& processes = result["processes"] = Json::array();
    for (const auto& record : outcome.records.all)
        processes.push_back(report::to_json(record));
    return result;
}

/// What follows "NAME: " in a description; the table has the name already.
std::string without_name(const std::string& description, std::string_view name)
{
    const auto lead = fmt::format("{}: ", name);
    return description.starts_with(lead) ? description.substr(lead.size()) : description;
}

void summarize(const RunPlan& plan, const std::string& command, const Outcome& outcome)
{
    auto all = report::sum(outcome.records);
    const auto& parsed = plan.parsed.plan();
    for (auto& each : all.faults)
        for (const auto& fault : parsed.view(parsed.faults))
            if (parsed.text(fault.name) == each.name)
                each.text = without_name(language::describe(parsed, fault), each.name);

    const bool has_faults = !all.faults.empty();
    std::string text =
        fmt::format("faultline: {} {}; {}\n{}{}", printable(command), run::ending(outcome.status),
                    report::headline(all), has_faults ? report::fault_table(all, report::coloured(STDERR_FILENO)) : "",
                    report::trace_table(outcome.records.all));
    for (const auto& warning : outcome.warnings)
        text += fmt::format("  warning: {}\n", printable(warning));
    if (!outcome.why_kernel.empty())
        text += fmt::format("  through the kernel's door, for {}\n", printable(outcome.why_kernel));
    for (const auto& problem : outcome.records.problems)
        text += fmt::format("  warning: {}\n", printable(report::words(problem)));
    text += plan.drawn
                ? fmt::format("  seed {} was drawn at random: --seed {} repeats this run\n", plan.seed, plan.seed)
                : fmt::format("  seed {}\n", plan.seed);
    if (!outcome.unwanted_statistics.empty())
        text += fmt::format("  statistics: none: {}: it is a device, pipe or socket\n",
                            printable(outcome.unwanted_statistics));
    constexpr std::size_t most = 3;
    const auto& files = outcome.files;
    for (std::size_t i = 0; i < std::min(files.size(), most); ++i)
        text += fmt::format("  statistics: {}\n", printable(files[i]));
    if (files.size() > most) text += fmt::format("  statistics: {} more\n", files.size() - most);
    fmt::print(stderr, "{}", text);
}

/// The file for the report, tried before the program does its work. One that did not exist goes again where no program
/// runs.
class ReportFile {
public:
    explicit ReportFile(const std::string& path) : path_(path == "-" ? "" : path)
    {
        if (path_.empty()) return;
        made_ = ::access(path_.c_str(), F_OK) != 0;
        if (!std::ofstream(path_, std::ios::app)) error_ = errno;
    }
    [[nodiscard]] int error() const { return error_; }
    void forget() const
    {
        if (made_ && error_ == 0) ::unlink(path_.c_str());
    }

private:
    std::string path_;
    bool made_ = false;
    int error_ = 0;
};

int run_with_plan(const RunOptions& options)
{
    const auto& command = options.command;
    if (command.empty()) return fail(own_error, "there is no command to run: write it behind '--'");
    const auto plan = std::make_shared<RunPlan>(
        run::make_run_plan(options.plan, options.faults, options.seed, options.trace, options.control));
    for (const auto& mistake : plan->mistakes)
        fmt::print(stderr, "faultline: {}\n", mistake);
    if (!plan->mistakes.empty()) return own_error;
    if (!options.quiet)
        for (const auto& warning : plan->parsed.warnings)
            fmt::print(stderr, "faultline: warning: {}\n", warning.line == 0 ? warning.text : warning.at(plan->source));

    const auto way = way_named(options.door);
    if (!way) return fail(own_error, fmt::format("--door {}: it is preload, kernel or auto", printable(options.door)));
    run::Request request;
    request.way = *way;
    request.command = command;
    request.plan = plan;
    request.foreground = true;
    request.keep_directory = options.keep;
    if (options.control && !options.quiet)
        request.started = [](const std::string& directory, pid_t program) {
            fmt::print(stderr, "faultline: 'faultline ctl {} …' changes this run; its directory is {}\n", program,
                       directory);
        };
    const ReportFile report_file(options.output);
    if (report_file.error() != 0) {
        // A command that cannot be run anyway has the first word.
        const auto target = run::find_target(command.front());
        if (target.obstacle == run::Obstacle::none)
            return fail(own_error, fmt::format("the report cannot be written to {}: {}", options.output,
                                               std::strerror(report_file.error())));
    }
    const auto outcome = run::run(request);
    if (outcome.refusal) {
        report_file.forget();
        return fail(*outcome.refusal, command.front());
    }
    if (options.keep) fmt::print(stderr, "faultline: the run's directory: {}\n", outcome.kept_directory);
    if (outcome.armed != run::Armed::yes) return fail(own_error, why_unarmed(outcome, command.front()));
    if (!options.quiet) summarize(*plan, command.front(), outcome);
    if (options.report || !options.output.empty())
        if (const auto wrong = write_document(options.output, report::lines(document(options, *plan, outcome)) + '\n');
            !wrong.empty())
            return fail(own_error, "the report " + wrong);
    return run::status_of(outcome.status);
}

} // namespace

SUBCOMMAND(run, 10, "Run a command under a plan, prove that it was armed, and sum up")
{
    const auto options = std::make_shared<RunOptions>();
    self.option("-c,--config", options->plan, "the plan, a TOML file (default: $FAULT_CONFIG)", "PLAN");
    self.option("-f,--fault", options->faults, "a fault: FUNCTIONS:KEY=VALUE,…; may be given several times", "FAULT");
    self.option("--seed", options->seed, "use this seed, whatever the plan says", "N");
    self.option(
        "--door", options->door,
        "where calls are met: preload (libc's symbols), kernel (system calls: static programs, Go, musl), or auto,\n"
        "which is preload where that works (default: auto)",
        door_values);
    self.flag("--trace", options->trace, "record every call that can fail, by its sites, and print a table of them");
    self.flag("--report,--json", options->report, "write all statistics and events as one JSON document at the end");
    self.flag("--control", options->control,
              "let 'faultline ctl' change the plan while the program runs; there need be no fault yet");
    self.flag("--keep", options->keep,
              "keep the run's own directory, with the records and the plan, and print its place");
    self.option("-o,--output", options->output, "the file for --report, which it implies (default: standard output)",
                "FILE");
    self.flag("-q,--quiet", options->quiet, "no summary on standard error");
    self.program(options->command);
    self.footer(
        "Examples:\n"
        "  faultline run -c plan.toml -- ./server --port 8080\n"
        "  faultline run -f 'write:errno=ENOSPC,probability=0.1' --seed 42 -- tar cf /tmp/a.tar /etc\n"
        "  faultline run -f 'read,pread:short,bytes=1' -f 'connect:timeout,delay=2s' -- ./client\n"
        "  faultline run -f '@write:errno=[EIO,ENOSPC],path=/var/lib/**' --report -o r.json -- ./job\n"
        "\n"
        "Exit status: the command's own, or 128+N where signal N killed it; 125 where Faultline was not armed,\n"
        "126 where the command cannot be run, 127 where it is not found.");
    self.action([options] { return run_with_plan(*options); });
}

} // namespace faultline::cli
