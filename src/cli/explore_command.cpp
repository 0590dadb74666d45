// faultline explore: what breaks in this command? Every call site that it reaches fails in every way its environment
// could make it fail, one run each.
#include "cli/cli.hpp"

#include "explore/findings_files.hpp"
#include "explore/stack.hpp"
#include "report/terminal.hpp"
#include "run/environment.hpp"
#include "run/target.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <thread>
#include <unistd.h>

namespace faultline::cli {

namespace {

namespace fs = std::filesystem;
using report::printable;
using run::RunDirectory, run::Setting, run::Target;

struct Given {
    std::vector<std::string> command;
    std::string families, fail_on;
    std::string workdir, input, check, recover, known, accept, absorb, output = "faultline-explore", time, timeout,
                                                                       shard;
    std::vector<std::string> environment;
    bool in_place = false, empty = false, every = false, resume = false, quiet = false;
    std::string jobs, depth, sample, seed, fork_server = "auto";
};

constexpr int found_something = 1;
constexpr int nothing_explored = 124;

std::atomic<bool> interrupted{false};

std::vector<std::string> default_families()
{
    std::vector<std::string> names;
    for (const auto& family : explore::families())
        if (family.by_default) names.emplace_back(family.name);
    return names;
}

const std::vector<std::string>& default_fail_on()
{
    static const std::vector<std::string> all{"silent-wrong",  "told-wrong", "crash",   "hang",
                                              "false-failure", "lost",       "corrupt", "cannot-recover"};
    return all;
}

std::vector<std::string> split(const std::string& list)
{
    std::vector<std::string> words;
    for (std::size_t at = 0; at <= list.size() && !list.empty();) {
        const auto end = std::min(list.find(',', at), list.size());
        words.push_back(list.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

/// "90s", "10m": a duration of a command line. Negative: it is none.
double seconds_of(const std::string& text)
{
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string_view unit(end);
    if (end == text.c_str() || number <= 0) return -1;
    if (unit.empty() || unit == "s") return number;
    if (unit == "ms") return number / 1000;
    if (unit == "m") return number * 60;
    if (unit == "h") return number * 3600;
    return -1;
}

/// The command's environment: what may change from run to run or machine to machine is fixed.
std::vector<std::string> fixed(std::vector<std::string> environment, const std::string& view, const Given& given)
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

std::vector<explore::Command> commands(const std::string& view, const Given& given, const Target& target,
                                       const std::vector<std::string>& command, const Setting& setting,
                                       const RunDirectory& directory, std::string& problem)
{
    std::vector<std::string> plain;
    for (char** each = environ; *each != nullptr; ++each)
        plain.emplace_back(*each);
    plain = fixed(without_faultline(std::move(plain)), view, given);
    auto loaded = fixed(environment_for(setting, directory.path(), problem), view, given);
    std::erase_if(loaded, [](const std::string& entry) { return entry.starts_with("FAULT_RUN="); });
    const auto path = fs::absolute(target.path).string();
    const auto shell = [&](const std::string& text) {
        return explore::Command{"/bin/sh", {"sh", "-c", text}, plain, false};
    };
    return {{path, command, plain, true},
            {path, command, loaded, true},
            given.recover.empty() ? explore::Command{path, command, plain, false} : shell(given.recover),
            shell(given.check)};
}

class ProgressLine {
public:
    explicit ProgressLine(bool quiet) : shown_(!quiet && ::isatty(STDERR_FILENO) == 1) {}
    ~ProgressLine()
    {
        if (shown_ && printed_) fmt::print(stderr, "\r\033[K");
    }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void tell(const explore::Progress& progress)
    {
        if (!shown_ || progress.seconds - last_ < 0.1) return;
        last_ = progress.seconds;
        printed_ = true;
        const double rate = progress.seconds > 0 ? static_cast<double>(progress.done) / progress.seconds : 0;
        std::string line = fmt::format("{} of {} points  {:.0f}/s", progress.done, progress.known, rate);
        if (rate > 0 && progress.known > progress.done)
            line += fmt::format("  {:.0f} s left", static_cast<double>(progress.known - progress.done) / rate);
        for (const auto& [kind, count] : progress.findings)
            line += fmt::format("  {} {}", count, explore::name_of(kind));
        fmt::print(stderr, "\r\033[K{}", line);
        std::fflush(stderr);
    }

private:
    bool shown_, printed_ = false;
    double last_ = 0;
};

/// " from main at shop.c:7, killed in fill at shop.c:5", as far as it is known.
std::string place_of(const explore::Finding& finding)
{
    const auto innermost = [](std::string_view word, const std::vector<explore::Frame>& stack) {
        const auto own = explore::own_frames(stack, 1);
        return own.empty() ? std::string() : fmt::format("{} {}", word, explore::short_text_of(own.front()));
    };
    return (finding.site ? innermost(" from", finding.site->stack) : std::string()) +
           innermost(", killed in", finding.crash.stack);
}

void print_summary(const explore::Summary& summary, const std::vector<std::string>& command, const std::string& output)
{
    const bool tree = summary.baseline.run.processes > 1;
    std::string line;
    for (const auto& word : command)
        line += " " + explore::quoted(word);
    for (std::size_t i = 0; i < summary.findings.size(); ++i) {
        const auto& finding = summary.findings[i];
        fmt::print("{:14} {}{}{}\n", explore::name_of(finding.kind), printable(finding.detail),
                   finding.known ? " (known)" : "",
                   finding.repeated == finding.tried ? ""
                                                     : fmt::format(" (flaky {}/{})", finding.repeated, finding.tried));
        fmt::print("               {}{}{}\n", finding.point.text(), printable(place_of(finding)),
                   finding.others.empty() ? "" : fmt::format(", and {} more points", finding.others.size()));
        fmt::print("               faultline run {} --{}\n", explore::as_options(finding.point, tree), printable(line));
    }
    if (!summary.findings.empty()) fmt::print("\n");
    std::string runs;
    for (const auto& [kind, count] : summary.counts)
        runs += fmt::format("{}{} {}", runs.empty() ? "" : ", ", count, explore::name_of(kind));
    fmt::print("{} findings in {} of {} points, {:.1f} s: {}\n", summary.findings.size(), summary.points,
               summary.known_points, summary.seconds, runs);
    if (summary.absorbed != 0) fmt::print("{} of these are absorbed on purpose (--absorb)\n", summary.absorbed);
    fmt::print("sites {} of {} · (site, error) {} of {} · functions {}\n", summary.sites_tried, summary.sites_to_try,
               summary.pairs_tried, summary.pairs, summary.functions);
    if (!summary.not_forked.empty()) fmt::print("no fork server: {}\n", printable(summary.not_forked));
    if (summary.executed != 0)
        fmt::print("{} runs were not begun by the fork server: it did not answer\n", summary.executed);
    if (!summary.stopped.empty()) fmt::print("not all was tried: {} (--resume goes on)\n", summary.stopped);
    for (const auto& note : summary.notes)
        fmt::print("note: {}\n", printable(note));
    if (!summary.findings.empty()) fmt::print("plans and scripts: {}/findings/\n", output);
}

struct Number {
    std::string_view option;
    const std::string& text;
    std::uint64_t least, most;
    std::uint64_t& into;

    [[nodiscard]] bool read() const
    {
        if (text.empty()) return true;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
        return error == std::errc{} && end == text.data() + text.size() && into >= least && into <= most;
    }
};

/// Turns what was typed into options. Returns what is wrong; empty: nothing.
std::string to_options(const Given& given, explore::Options& options)
{
    options.families = given.families.empty() ? default_families() : split(given.families);
    for (const auto& name : options.families)
        if (std::ranges::none_of(explore::families(), [&](const auto& family) { return family.name == name; })) {
            std::vector<std::string_view> names;
            for (const auto& family : explore::families())
                names.push_back(family.name);
            return fmt::format("--try: there is no family '{}' (there are {})", name, fmt::join(names, ", "));
        }
    for (const auto& name : split(given.fail_on))
        if (!explore::class_named(name))
            return fmt::format("--fail-on: there is no outcome '{}' (there are {})", name,
                               fmt::join(explore::class_names, ", "));
    const auto duration = [](const std::string& text, std::chrono::nanoseconds& into) {
        if (text.empty()) return true;
        const double seconds = seconds_of(text);
        if (seconds < 0) return false;
        into = std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
        return true;
    };
    if (!duration(given.time, options.time)) return fmt::format("--time is '{}'; write 30s, 10m or 2h", given.time);
    if (!duration(given.timeout, options.timeout))
        return fmt::format("--timeout is '{}'; write 500ms, 5s or 1m", given.timeout);
    if (!given.shard.empty()) {
        unsigned long shard = 0, shards = 0;
        char rest = 0;
        if (std::sscanf(given.shard.c_str(), "%lu/%lu%c", &shard, &shards, &rest) != 2 || shard == 0 || shard > shards)
            return fmt::format("--shard is '{}'; write 3/16 for the third of sixteen", given.shard);
        options.shard = shard;
        options.shards = shards;
    }
    std::error_code error;
    const auto workdir = given.workdir.empty() ? fs::current_path(error) : fs::canonical(given.workdir, error);
    if (error || !fs::is_directory(workdir, error))
        return fmt::format("--workdir: {} is no directory that can be used", given.workdir);
    options.work.surroundings.working = workdir.string();
    options.work.surroundings.in_place = given.in_place;
    if (!given.empty && !given.in_place) options.work.original = workdir.string();
    if (!given.input.empty()) {
        options.work.surroundings.input = fs::absolute(given.input, error).string();
        if (!fs::is_regular_file(options.work.surroundings.input, error))
            return fmt::format("--stdin: {} is no file", given.input);
    }
    for (const auto& each : given.environment)
        if (each.find('=') == std::string::npos || each.starts_with('='))
            return fmt::format("--env is '{}'; write NAME=VALUE", each);
    std::string problem;
    if (!given.known.empty()) options.known = explore::read_known(given.known, problem);
    if (!given.accept.empty()) options.known.merge(explore::read_known(given.accept, problem));
    if (!given.absorb.empty()) options.absorbed = explore::read_absorbed(given.absorb, problem);
    if (!problem.empty()) return problem;
    options.work.has_check = !given.check.empty();
    options.work.has_recovery = true;
    options.output = fs::absolute(given.output, error).string();
    options.every = given.every;
    constexpr std::string_view ways[] = {"auto", "off", "on"}; // in the order of ForkServing
    const auto* const way = std::ranges::find(ways, given.fork_server);
    if (way == std::end(ways)) return fmt::format("--fork-server is '{}'; write auto, on or off", given.fork_server);
    options.fork_server = static_cast<explore::ForkServing>(way - std::begin(ways));
    std::uint64_t jobs = std::max(1U, std::thread::hardware_concurrency());
    std::uint64_t depth = 1;
    constexpr std::uint64_t large = ~std::uint64_t{0} >> 1U;
    const Number numbers[] = {{"--jobs", given.jobs, 1, 1024, jobs},
                              {"--depth", given.depth, 1, 2, depth},
                              {"--sample", given.sample, 1, large, options.sample},
                              {"--seed", given.seed, 0, large, options.seed}};
    for (const auto& number : numbers)
        if (!number.read())
            return fmt::format("{} is '{}'; it must be a whole number from {} to {}", number.option, number.text,
                               number.least, number.most);
    options.jobs = static_cast<unsigned>(jobs);
    options.depth = static_cast<int>(depth);
    options.resume = given.resume;
    options.stop = &interrupted;
    return {};
}

int explore_command(const Given& given, const std::vector<std::string>& command)
{
    if (command.empty())
        return fail(own_error, "there is no command (faultline explore [OPTIONS] -- COMMAND [ARGUMENTS])");
    explore::Options options;
    if (const auto problem = to_options(given, options); !problem.empty()) return fail(own_error, problem);
    const auto accepted = given.accept.empty() ? std::string() : fs::absolute(given.accept).string();
    fs::current_path(options.work.surroundings.working); // where the command will find itself
    const auto target = run::find_target(command.front());
    if (target.obstacle != run::Obstacle::none) {
        const bool absent = target.obstacle == run::Obstacle::not_found;
        const bool cannot = target.obstacle == run::Obstacle::not_executable;
        fail(own_error, fmt::format("{}: {}", printable(command.front()), target.problem));
        if (!target.advice.empty()) fmt::print(stderr, "  {}\n", target.advice);
        return absent ? +not_found : cannot ? +cannot_run : +own_error;
    }
    RunDirectory directory;
    if (directory.path().empty())
        return fail(own_error, "a directory for the runs cannot be made under TMPDIR or /tmp");
    if (directory.path().starts_with(options.work.surroundings.working + "/"))
        return fail(own_error, fmt::format("the runs' own directory, {}, would lie in the directory that is explored "
                                           "(set TMPDIR to another place, or name a smaller --workdir)",
                                           directory.path()));
    const auto library = run::find_library();
    if (library.empty()) return fail(own_error, "libfaultline.so was not found (FAULTLINE_LIBRARY names it)");

    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(signal, [](int) { interrupted = true; });
    std::string problem;
    explore::Summary summary;
    {
        ProgressLine line(given.quiet);
        summary = explore::explore(
            options, directory.path(),
            [&](const std::string& view) {
                const Setting setting{.library = library,
                                      .config = view + "/plan",
                                      .block = view + "/plan",
                                      .seed = options.seed,
                                      .stats = view + "/stats/%p.json",
                                      .needed = target.needed,
                                      .changes = {},
                                      .unset = {}};
                return commands(view, given, target, command, setting, directory, problem);
            },
            [&](const explore::Progress& progress) { line.tell(progress); });
    }
    if (!problem.empty()) return fail(own_error, problem);
    if (!summary.problem.empty()) return fail(summary.baseline_trouble ? nothing_explored : own_error, summary.problem);
    if (const auto wrong = explore::write_findings(summary, options, command, options.output); !wrong.empty())
        return fail(own_error, wrong);
    print_summary(summary, command, given.output);
    if (!given.accept.empty()) {
        const auto wrong = explore::accept(accepted, summary.findings);
        return wrong.empty() ? 0 : fail(own_error, wrong);
    }
    const auto classes = given.fail_on.empty() ? default_fail_on() : split(given.fail_on);
    const bool fails = std::ranges::any_of(summary.findings, [&](const explore::Finding& finding) {
        return !finding.known && std::ranges::count(classes, explore::name_of(finding.kind)) != 0;
    });
    return fails ? found_something : 0;
}

} // namespace

void add_explore(Subcommand& self)
{
    const auto given = std::make_shared<Given>();
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
    self.option("--time", given->time, "for the whole exploration: 30s, 10m", "DURATION");
    self.option("--timeout", given->timeout, "of one run (default: 10 times a run without faults, and 1s)", "DURATION");
    self.flag("--every", given->every, "try each match of a site, not only the first, a middle and the last one");
    self.option("--depth", given->depth, "2: also fail what only the handling of a fault calls", "1|2");
    self.option("--sample", given->sample, "try at most so many points", "N");
    self.option("--seed", given->seed, "of what is drawn at random", "N");
    self.option("--shard", given->shard, "only the I-th part of N, for as many machines", "I/N");
    self.flag("--resume", given->resume, "go on where an exploration with the same output directory stopped");
    self.option("--known", given->known, "findings that are known: only others make the status 1", "FILE");
    self.option("--accept", given->accept, "add what is found to such a file, and exit 0", "FILE");
    self.option("--absorb", given->absorb, "what may be swallowed: a function, function@module or site a line; globs",
                "FILE");
    self.option("--fail-on", given->fail_on, "outcomes that make the exit status 1", "OUTCOMES");
    self.option("-o,--output", given->output, "journal and findings (default: faultline-explore)", "DIR");
    self.flag("-q,--quiet", given->quiet, "no progress line");
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
    self.action([given] { return explore_command(*given, given->command); });
}

} // namespace faultline::cli
