// faultline powerloss: which disks could a power cut during this command have left, and does the check pass on each?
#include "cli/cli.hpp"

#include "cli/explore_options.hpp"
#include "cli/interruption.hpp"
#include "cli/powerloss_options.hpp"
#include "door/recorder.hpp"
#include "power/sync_roles.hpp"
#include "power/verdict_log.hpp"
#include "report/progress_line.hpp"
#include "report/terminal.hpp"
#include "run/environment.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <unistd.h>

namespace faultline::cli {

namespace {

namespace fs = std::filesystem;
using report::printable;

constexpr int no_verdict = 124;

bool fails(const PowerlossOptions& given, const power::Summary& summary)
{
    const auto classes = split(given.fail_on);
    return std::ranges::any_of(summary.findings, [&](const power::Finding& finding) {
        return classes.empty() ||
               std::ranges::count(classes, power::class_names[static_cast<std::size_t>(finding.kind)]) != 0;
    });
}

void print(const door::Recording& recording, const power::Summary& summary)
{
    for (const auto& finding : summary.findings) {
        std::string lost;
        for (const auto operation : finding.lost)
            lost += (lost.empty() ? "" : ", ") + power::operation_text(recording, operation);
        if (lost.empty()) lost = finding.torn ? "a write that is there in part" : "a kill";
        fmt::print("{:22} {}{}{}  [{}]\n", power::class_names[static_cast<std::size_t>(finding.kind)],
                   finding.lost.empty() ? "" : "lost: ", printable(lost),
                   finding.overtook == power::never
                       ? ""
                       : fmt::format("; on disk: {}", printable(power::operation_text(recording, finding.overtook))),
                   fmt::join(finding.models, ", "));
        fmt::print("                       after {} to {} operations{}; {} states, the first: {}{}\n",
                   finding.first_cut, finding.last_cut,
                   finding.last_acknowledgement.empty()
                       ? ""
                       : fmt::format(", '{}' was said", printable(finding.last_acknowledgement)),
                   finding.states.size(), finding.states.front(),
                   finding.reason.empty() ? "" : fmt::format(": {}", printable(finding.reason)));
        fmt::print("                       {}: {}\n", printable(power::need_text(recording, finding)),
                   printable(power::fix_text(recording, finding)));
    }
    std::string trees;
    for (const auto& [name, count] : summary.trees)
        trees += fmt::format("{}{} {}", trees.empty() ? "" : ", ", name, count);
    const auto others = std::ranges::count(summary.states, power::Class::not_checked,
                                           [](const power::Checked& each) { return each.verdict.kind; });
    fmt::print("{} findings in {} states of {} operations, {:.1f} s (trees: {})\n", summary.findings.size(),
               others == 0 ? fmt::format("{}", summary.states.size())
                           : fmt::format("{} of {}", summary.states.size() - static_cast<std::size_t>(others),
                                         summary.states.size()),
               recording.operations.size(), summary.seconds, trees);
    for (const auto& role : summary.syncs)
        fmt::print("{:22} {}\n", role.models.empty() ? "sync-not-noticed" : "sync-needed",
                   printable(power::role_text(recording, role)));
    for (const auto& note : summary.notes)
        fmt::print("note: {}\n", printable(note));
}

/// Where results are written: our output, and that of the search which made the recording, maybe with shards below it. One
/// that holds all of the files does not count, as nothing would be compared then.
std::vector<std::string> results(const power::Request& request, const std::string& log,
                                 const std::vector<door::Root>& roots)
{
    const auto recording = fs::canonical(log);
    std::vector<std::string> directories{request.output};
    if (recording.filename() == "recording") directories.push_back(recording.parent_path().string());
    std::erase_if(directories, [&](const std::string& each) {
        return std::ranges::any_of(
            roots, [&](const door::Root& root) { return root.path == each || root.path.starts_with(each + "/"); });
    });
    return directories;
}

/// Tells what was found only where `told`; why there is no verdict in any case.
int search(const PowerlossOptions& given, power::Request request, const std::string& log, bool told = true)
{
    std::error_code error;
    // In an exploration TMPDIR goes with the run, however that ends.
    const run::RunDirectory scratch(run::RunDirectory::Under::any);
    if (scratch.path().empty()) return fail(own_error, "no directory can be made under TMPDIR or /tmp");
    request.scratch = scratch.path();
    const auto recording = door::Recording::read(log);
    for (const auto& root : recording.roots)
        if (request.scratch.starts_with(root.path + "/"))
            return fail(own_error, fmt::format("{} would lie in {}, which is recorded (set TMPDIR to another place, or "
                                               "name a smaller --root)",
                                               request.scratch, root.path));
    fs::create_directories(request.output, error);
    if (error) return fail(own_error, fmt::format("{}: {}", request.output, error.message()));
    request.left_out = results(request, log, recording.roots);
    power::Summary summary;
    {
        report::ProgressLine line(given.quiet);
        summary = power::search(recording, request, [&](const power::Progress& progress) {
            line.tell(progress.done, progress.all, "states", progress.seconds,
                      progress.failing == 0 ? "" : fmt::format("{} failing", progress.failing));
        });
    }
    if (const auto wrong = power::write_summary(recording, request, summary); !wrong.empty())
        return fail(own_error, wrong);
    for (const auto& each : summary.not_measured)
        fmt::print("not-measured           {}\n", printable(each));
    if (!summary.problem.empty()) return fail(no_verdict, summary.problem);
    if (!told) return 0;
    print(recording, summary);
    return fails(given, summary) ? found_something : 0;
}

/// Runs the command once and records it. The exit status where that fails; 0: there is a recording.
int record(const PowerlossOptions& given, const std::string& log)
{
    std::error_code error;
    fs::remove_all(log, error);
    fs::create_directories(log, error);
    if (error) return fail(own_error, fmt::format("{}: {}", log, error.message()));
    door::RecordRequest asked;
    asked.command = given.command;
    asked.directory = log;
    for (const auto& root : given.roots)
        asked.roots.push_back(fs::canonical(root).string());
    if (given.roots.empty()) asked.roots.push_back(fs::current_path().string());
    const auto recorded = door::record(asked);
    if (recorded.not_found || recorded.not_executable)
        return fail(recorded.not_found ? +not_found : +cannot_run, recorded.problem);
    if (!recorded.problem.empty()) return fail(own_error, recorded.problem);
    for (const auto& each : recorded.warnings)
        fmt::print(stderr, "faultline: {}\n", printable(each));
    if (recorded.outside != 0)
        fmt::print(
            stderr,
            "faultline: {} files outside the roots were changed, and stay as they are ({}); --root takes them in\n",
            recorded.outside, printable(fmt::format("{}", fmt::join(recorded.outside_paths, ", "))));
    if (recorded.exit_status() != 0)
        fmt::print(stderr, "faultline: the command ended with {}\n", recorded.exit_status());
    return 0;
}

/// Whether the campaign in the output directory is the one that is to be resumed. Returns why not.
std::string check_resumed(const explore::Settings& settings, const std::string& output)
{
    std::string problem;
    const auto there = explore::read_settings(output, problem);
    if (!there) return "--resume: " + problem;
    const auto other = explore::difference(*there, output, settings, "what was typed");
    return other.empty() ? other : "--resume: that is another campaign: " + other;
}

/// Records the command once, has Slurm check the states, and merges. A campaign that goes on has its recording: the files
/// are as the run left them, and not what it would need to begin with.
int search_on_slurm(const PowerlossOptions& given, power::Request request, const std::string& log, bool recorded)
{
    if (const auto problem = run::slurm_trouble(); !problem.empty()) return fail(own_error, problem);
    std::error_code error;
    const auto settings = settings_of(given);
    const bool begun = given.resume && fs::exists(request.output + "/settings.json", error);
    if (begun) {
        if (const auto problem = check_resumed(settings, request.output); !problem.empty())
            return fail(own_error, problem);
    } else {
        fs::remove(request.output + "/settings.json", error);
        fs::remove_all(request.output + "/shards", error); // what is recorded would have them too
        if (!recorded)
            if (const int status = record(given, log); status != 0) return status;
    }
    fs::create_directories(request.output, error); // where that fails, the next thing says so
    if (interrupted) return fail(own_error, "it was interrupted before anything was submitted");
    if (const auto problem = explore::write_settings(settings, request.output); !problem.empty())
        return fail(own_error, problem);
    // What no shard could say anything about is told before there are any.
    auto ends = request;
    ends.shard = 0;
    ends.resume = begun;
    if (const int status = search(given, std::move(ends), log, false); status != 0) return status;
    run::Campaign campaign;
    campaign.command = {"powerloss", "--quiet", "--resume", "--fail-on=none"};
    for (auto& word : as_arguments(settings))
        campaign.command.push_back(std::move(word));
    campaign.program = {"check", log};
    campaign.journal = power::VerdictLog::file;
    campaign.journal_head = 1;
    campaign.output = request.output;
    campaign.resume = begun;
    const auto end = run_campaign(std::move(campaign), given.campaign, given.jobs, given.quiet, "checks");
    if (!end.problem.empty()) return fail(own_error, end.problem);
    request.merge = end.directories;
    request.resume = false;
    return search(given, std::move(request), log);
}

int show(const PowerlossOptions& given, const power::Request& request)
{
    std::uint64_t number = 0;
    const auto& text = given.command[1];
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
        return fail(own_error, fmt::format("show: '{}' is no number of a state", text));
    const auto recording = door::Recording::read(request.output + "/recording");
    const auto micros = power::cut(recording, {request.split_rename});
    const power::Disks disks(recording, micros);
    const auto state = power::read_state(request.output, number);
    std::vector<std::string> directories;
    for (std::size_t root = 0; root < recording.roots.size(); ++root) {
        directories.push_back(fmt::format("{}/state-{}/{}", request.output, number, root));
        fs::remove_all(directories.back());
        fs::create_directories(directories.back());
    }
    const auto last = power::sources(disks, disks.tree({.cut = micros.operations()}));
    if (const auto wrong = power::lay_out(disks, disks.tree(state), last, directories); !wrong.empty())
        return fail(own_error, wrong);
    for (std::size_t root = 0; root < directories.size(); ++root)
        fmt::print("{} is in {}\n", recording.roots[root].path, directories[root]);
    return 0;
}

int powerloss(const PowerlossOptions& given)
{
    power::Request request;
    if (const auto problem = to_request(given, request); !problem.empty()) return fail(own_error, problem);
    if (given.command.empty() && given.merge.empty())
        return fail(own_error, "there is no command (faultline powerloss --check CMD -- COMMAND [ARGUMENTS])");
    try {
        end_early_on_signals();
        if (given.command.empty()) return search(given, request, request.merge.front() + "/recording");
        const auto& first = given.command.front();
        const bool ours = first == "show" || first == "check";
        if (ours && given.command.size() != 2)
            return fail(own_error,
                        fmt::format("{0}: one word follows it, and options come before it (a program of that "
                                    "name is ./{0})",
                                    first));
        if (first == "show") return show(given, request);
        const bool recorded = first == "check";
        const auto log =
            recorded ? fs::absolute(given.command[1]).lexically_normal().string() : request.output + "/recording";
        if (given.campaign.on_slurm()) return search_on_slurm(given, request, log, recorded);
        if (!recorded)
            if (const int status = record(given, log); status != 0) return status;
        return search(given, request, log);
    } catch (const std::exception& error) {
        return fail(own_error, error.what());
    }
}

} // namespace

SUBCOMMAND(powerloss, 30, "Check every disk that a power cut during a command could have left")
{
    const auto given = std::make_shared<PowerlossOptions>();
    self.option("--model", given->models, "of a disk, separated by commas (see below)", "MODELS");
    self.option("--root", given->roots, "directory whose files are followed (default: the current one)", "DIR");
    self.option("--check", given->check, "shell command that says whether a state is good", "CMD");
    self.option("--ack", given->ack, "lines of output that promise something (default: '^ACK (.*)')", "REGEX");
    self.flag("--ack-exit", given->ack_exit, "the exit status 0 promises too (default where nothing else does)");
    self.option("--budget", given->budget, "distinct states of one model (default: 500)", "N");
    self.option("-j,--jobs", given->jobs, "checks at the same time (default: one for each processor)", "N");
    self.option("--timeout", given->timeout, "of one check, in seconds (default: 10)", "N");
    self.option("--shard", given->shard, "check only the I-th part of N; auto: as the engine says that started it",
                "I/N|auto");
    self.list(
        "--merge", given->merge,
        "join what shards of this search left in these directories (without a command: of the first one's recording)",
        "DIR");
    add_campaign_options(self, given->campaign);
    self.flag("--resume", given->resume, "what a search that was stopped has checked is not checked again");
    self.flag("--mutate-syncs", given->mutate_syncs,
              "search again without each fsync: which of them does the check notice?");
    self.option("--fail-on", given->fail_on, "classes that make the exit status 1, or none (default: all)", "CLASSES");
    self.flag("--split-rename", given->split_rename, "a rename is two steps, as on FAT");
    self.option("-o,--output", given->output, "recording and powerloss.json (default: faultline-powerloss)", "DIR");
    self.flag("-q,--quiet", given->quiet, "no progress line");
    self.program(given->command);
    static const auto footer = [] {
        std::string text = "Models:";
        for (const auto& rules : power::models)
            text += fmt::format("\n  {:14} {}{}", rules.name, rules.meaning, rules.by_default ? "" : " (on request)");
        return text +
               "\n\nThe check: exit 0 clean, 10 acknowledged data lost, 11 corrupt, 12 cannot start, else failed.\n"
               "FAULT_ACKED names a file with what had been promised, FAULT_STATE is the state's number.\n"
               "Without one, a state has to be what the files were at some moment of the run.\n\n"
               "  faultline powerloss show N      lays a state out to look at\n"
               "  faultline powerloss check LOG   another check or model on a recording\n\n"
               "Example:\n  faultline powerloss --check 'grep -q foo notes.txt' -- sed -i s/bar/foo/ notes.txt\n\n"
               "Exit status: 0 nothing found, 1 findings, 124 no verdict, 125 Faultline's error.";
    }();
    self.footer(footer.c_str());
    self.action([given] { return powerloss(*given); });
}

} // namespace faultline::cli
