// faultline ctl: changes the plan of a run while it goes on, and tells what happens in it.
#include "cli/cli.hpp"

#include "control/address.hpp"
#include "control/feed.hpp"
#include "control/verbs.hpp"
#include "language/suggest.hpp"
#include "language/values.hpp"
#include "report/terminal.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <optional>
#include <time.h>
#include <unistd.h>

namespace faultline::cli {

namespace {

using control::LiveRun, report::Json, report::printable;

constexpr int not_yet = 1; // not all took it over, or the wait was in vain

struct CtlOptions {
    std::string target;
    std::vector<std::string> words;
    std::string timeout = "5s";
    bool follow = false;
    bool json = false;
};

void say(const Json& json) { fmt::print("{}\n", report::one_line(json)); }

int nap(double seconds)
{
    const auto whole = static_cast<time_t>(seconds);
    const timespec time{whole, static_cast<long>((seconds - static_cast<double>(whole)) * 1e9)};
    std::fflush(stdout);
    return ::nanosleep(&time, nullptr);
}

/// Tells what became of a verb.
int tell(const control::Done& done, bool json)
{
    for (const auto& mistake : done.mistakes)
        fmt::print(stderr, "faultline: {}\n", printable(mistake));
    if (!done.mistakes.empty()) return own_error;
    for (const auto& each : done.behind)
        fmt::print(stderr, "faultline: {}\n", printable(control::words(each)));
    if (json) {
        auto result =
            Json::object({{"changed", done.changed}, {"generation", done.generation}, {"seconds", done.seconds}});
        if (!done.name.empty()) result["fault"] = done.name;
        say(result);
    } else if (!done.name.empty()) {
        fmt::print("{}\n", done.name);
    }
    return done.behind.empty() ? 0 : not_yet;
}

int list(const LiveRun& run, const CtlOptions& options)
{
    std::string problem;
    const auto faults = run.faults(problem);
    if (!problem.empty()) return fail(own_error, problem);
    if (options.json)
        say(control::list_of(faults));
    else
        fmt::print("{}", control::list_text(faults));
    return 0;
}

int status(const LiveRun& run, const CtlOptions& options)
{
    std::string problem;
    const auto text =
        options.json ? report::one_line(control::status_of(run, problem)) + '\n' : control::status_text(run, problem);
    if (!problem.empty()) return fail(own_error, problem);
    fmt::print("{}", text);
    return 0;
}

int wait(const LiveRun& run, const std::vector<std::string>& words, std::int64_t patience_ns)
{
    control::Wait waiting(run, words, patience_ns);
    auto outcome = waiting.look();
    for (; !outcome; outcome = waiting.look())
        nap(0.002);
    if (outcome->end == control::Wait::End::fired) return 0;
    return fail(outcome->end == control::Wait::End::in_vain ? not_yet : +own_error, outcome->problem);
}

int events(const LiveRun& run, bool follow)
{
    control::Feed feed(run);
    do {
        const bool last = run.gone();
        for (const auto& event : feed.news())
            say(event);
        if (!follow || last) break;
    } while (nap(0.05) == 0);
    return 0;
}

int watch(const LiveRun& run)
{
    control::View view(run);
    const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    constexpr double every = 1;
    for (double passed = 0; !run.gone(); passed = every) {
        fmt::print("{}{}", terminal ? "\x1b[H\x1b[2J" : "", view.next(passed));
        if (nap(every) != 0) break;
    }
    return 0;
}

/// The verbs that only look.
std::optional<int> look(const LiveRun& run, const std::string& verb, const std::vector<std::string>& words,
                        const CtlOptions& options, std::int64_t patience_ns)
{
    if (verb == "wait") return wait(run, words, patience_ns);
    if (verb == "status" && words.empty()) return status(run, options);
    if (verb == "list" && words.empty()) return list(run, options);
    if (verb == "events" && words.empty()) return events(run, options.follow);
    if (verb == "watch" && words.empty()) return watch(run);
    return std::nullopt;
}

std::string unknown_verb(const std::string& verb)
{
    std::vector<std::string_view> names(control::looks.begin(), control::looks.end());
    for (const auto& each : control::verbs())
        names.push_back(each.name);
    const auto nearest = language::did_you_mean(verb, names);
    return fmt::format("there is no '{}' to do{}", verb,
                       nearest.empty() ? fmt::format(" (there are {})", fmt::join(names, ", ")) : nearest);
}

int control_run(const CtlOptions& options)
{
    const auto patience = language::parse_duration(options.timeout);
    if (!patience.value) return fail(own_error, fmt::format("--timeout {}: {}", options.timeout, patience.problem));
    const auto address = control::find_run(options.target);
    if (!address.problem.empty()) return fail(own_error, printable(address.problem));
    LiveRun run(address.directory);
    run.patience_ns = static_cast<std::int64_t>(*patience.value);
    const auto verb = options.words.empty() ? std::string("status") : options.words.front();
    const std::vector<std::string> words(options.words.begin() + (options.words.empty() ? 0 : 1), options.words.end());
    if (const auto looked = look(run, verb, words, options, run.patience_ns)) return *looked;
    if (const auto done = control::perform(run, verb, words)) return tell(*done, options.json);
    return fail(own_error, unknown_verb(verb));
}

} // namespace

SUBCOMMAND(ctl, 100, "Change a run while it goes on: switch, set, add and remove faults, wait for them")
{
    const auto options = std::make_shared<CtlOptions>();
    self.word("TARGET", options->target, "a process of the run, a program's name, or the run's directory");
    self.optional_words("VERB", options->words, "what to do, and with what (default: status)");
    self.option("--timeout", options->timeout,
                "how long to wait for processes, or with 'wait' for the fault (default: 5s)", "DURATION");
    self.flag("--follow", options->follow, "with 'events': go on until the run ends");
    self.flag("--json", options->json, "answers for machines");
    self.footer(
        "Verbs:\n"
        "  status, list                 the processes and the faults, with their counts over the whole tree\n"
        "  enable NAME…, disable NAME…  switch faults\n"
        "  set NAME KEY=VALUE…          change what a fault does or when: probability, on, delay, …\n"
        "  add FAULT                    one more, written as for 'run -f'; prints its name\n"
        "  remove NAME…                 take faults away; their counts stay, as NAME~1\n"
        "  replace NAME FAULT           another one under the same name\n"
        "  load PLAN                    the faults of a file in place of all; what is the same goes on\n"
        "  reset                        the plan that the run began with\n"
        "  quiet DURATION               nothing strikes for so long (0s: strike again)\n"
        "  wait NAME [TIMES]            return once it has fired\n"
        "  hold FUNCTIONS[:KEY=VALUE,…] threads wait at the call until released; prints the fault's name\n"
        "  release NAME…                let them go\n"
        "  events [--follow]            every fault and change, a JSON line each\n"
        "  watch                        calls and faults per second, once a second\n"
        "\n"
        "Examples:\n"
        "  faultline run --control -- redis-server &\n"
        "  faultline ctl redis-server add 'write:errno=ENOSPC,name=disk,probability=0.1'\n"
        "  faultline ctl redis-server wait disk --timeout 10s && faultline ctl redis-server disable disk\n"
        "\n"
        "A verb returns when the change holds in every process of the tree.\n"
        "Exit status: 0 done; 1 some process has not taken it over, or the wait was in vain; 125 it cannot be done:\n"
        "there is no such run, process or fault, it is not ours, or a fault is written wrongly.");
    self.action([options] { return control_run(*options); });
}

} // namespace faultline::cli
