#include "cli/finding_again.hpp"

#include "cli/cli.hpp"
#include "cli/explore_options.hpp"
#include "explore/findings_files.hpp"
#include "explore/repetition.hpp"
#include "report/exploration_json.hpp"
#include "report/terminal.hpp"
#include "report/text_file.hpp"
#include "run/shell_words.hpp"

#include <filesystem>
#include <fmt/format.h>

namespace faultline::cli {

namespace {

namespace fs = std::filesystem;
using report::counted, report::printable;

constexpr const char* record_name = "/record.json";

/// What a directory tells of a finding and of where it was found.
struct Found {
    report::Point recorded;
    explore::Point point;
    ExploreOptions given;
};

/// Returns what is wrong; empty: nothing.
std::string read(const FindingAgain& typed, Found& found)
{
    const auto record = typed.directory + record_name;
    const auto json = report::parse_json(report::content_of(record));
    auto point = json ? report::point_from_json(*json) : std::nullopt;
    if (!point) return fmt::format("{} is no record of a finding", record);
    found.recorded = std::move(*point);
    found.point = explore::point_of(found.recorded.strikes);
    std::error_code error;
    const auto exploration = fs::canonical(typed.directory, error).parent_path().parent_path().string();
    std::string problem;
    auto settings = explore::read_settings(exploration, problem);
    if (!settings)
        return fmt::format(
            "{} (a finding is run again as its exploration was told to run it: leave the directory where "
            "faultline explore made it)",
            problem);
    std::erase_if(settings->options, [](const auto& option) { return option.first == "--absorb"; });
    found.given.command = typed.command;
    found.given.timeout = typed.timeout;
    found.given.output = exploration;
    fill_in(found.given, *settings);
    return {};
}

std::string words(const explore::Outcome& outcome)
{
    return fmt::format("{}{}{}", explore::name_of(outcome.kind), outcome.detail.empty() ? "" : ": ",
                       printable(outcome.detail));
}

/// Has `what` done where the point can be run, or says why it cannot.
int with(const FindingAgain& typed, const std::function<int(const Found& found, explore::Repetition& runs)>& what)
{
    Found found;
    explore::Options options;
    auto problem = read(typed, found);
    if (problem.empty()) problem = to_options(found.given, options);
    if (!problem.empty()) return fail(own_error, problem);
    return in_surroundings(found.given, options,
                           [&](auto ready, const std::string& root, const auto& prepare, const auto&) {
                               explore::Repetition runs(std::move(ready), root, prepare);
                               if (runs.problem().empty()) return what(found, runs);
                               return fail(runs.baseline_trouble() ? nothing_explored : own_error, runs.problem());
                           });
}

} // namespace

bool is_finding_directory(const std::string& path)
{
    std::error_code error;
    return fs::is_regular_file(path + record_name, error) && fs::is_regular_file(path + "/plan.toml", error);
}

int replay_finding(const FindingAgain& typed)
{
    if (!typed.plan.empty()) {
        const auto wrong = write_document(typed.plan, report::content_of(typed.directory + "/plan.toml"));
        return wrong.empty() ? 0 : fail(own_error, "the plan " + wrong);
    }
    return with(typed, [&](const Found& found, explore::Repetition& runs) {
        const auto outcome = runs.run(found.point, found.recorded.outcome);
        const bool same = outcome.kind == found.recorded.outcome;
        if (!same || !typed.quiet) fmt::print(stderr, "faultline: {}\n  {}\n", found.point.text(), words(outcome));
        if (same) return 0;
        fmt::print(stderr, "  the record has {}\n", words({found.recorded.outcome, found.recorded.detail}));
        if (outcome.kind == explore::Class::not_reached)
            fmt::print(stderr, "  the call was not made at that site: was the program built anew? plan.toml tells the "
                               "number of the call\n");
        return 1;
    });
}

int minimise_finding(const FindingAgain& typed)
{
    const bool is_name = !typed.plan.empty() && typed.plan != "-";
    const auto plan = is_name ? fs::absolute(typed.plan).string() : typed.plan; // the runs are made elsewhere
    return with(typed, [&](const Found& found, explore::Repetition& runs) {
        const auto expected = found.recorded.outcome;
        std::size_t count = 1;
        const auto first = runs.run(found.point, expected);
        if (first.kind != expected)
            return fail(1, fmt::format("the finding does not come again: {}; the record has {}", words(first),
                                       explore::name_of(expected)));
        const auto least = explore::weakest(found.point, [&](const explore::Point& point) {
            ++count;
            return runs.run(point, expected).kind == expected;
        });
        const auto text = fmt::format("# {}\n# {}\n{}", words(first), least.text(), runs.plan(least));
        if (const auto wrong = write_document(plan, text); !wrong.empty()) return fail(own_error, "the plan " + wrong);
        fmt::print("{}, found by {}:\n  {}\n",
                   least == found.point ? "nothing of it can be left out" : "less is enough", counted(count, "run"),
                   least.text());
        fmt::print("The plan is {}:\n  faultline run -c {} -- {}\n", printable(typed.plan), printable(typed.plan),
                   printable(run::shell_line(found.given.command)));
        return 0;
    });
}

} // namespace faultline::cli
