// A report as text for people.
#include "report/report.hpp"

#include "report/tables.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::report {

namespace {

constexpr std::string_view indent = "               "; // as wide as the longest class

/// " from main at shop.c:7, killed in fill at shop.c:5", as far as it is known.
std::string place_of(const Finding& finding)
{
    const auto innermost = [](std::string_view word, const std::vector<Frame>& stack) {
        const auto* const own = own_frame(stack);
        return own == nullptr ? std::string() : fmt::format("{} {}", word, words(*own));
    };
    return innermost(" from", finding.stack) +
           (finding.crash ? innermost(", killed in", finding.crash->stack) : std::string());
}

std::string text_of(const Finding& finding, const TextOptions& options)
{
    const bool colour = options.colour;
    const auto name = name_of(finding.outcome);
    const auto& info = info_of(finding.outcome);
    const std::string_view paint = !colour ? "" : info.level == Level::error ? "\x1b[1;31m" : "\x1b[1;33m";
    auto text = fmt::format("{}{:14}{} {}{}{}\n{}{}{}{}\n", paint, name, colour ? "\x1b[0m" : "", finding.detail,
                            finding.known ? " (known)" : "",
                            is_flaky(finding) ? fmt::format(" (flaky {}/{})", finding.repeated, finding.tried) : "",
                            indent, words(finding.strikes), place_of(finding),
                            finding.also.empty() ? "" : fmt::format(", and {} more points", finding.also.size()));
    for (const auto& [fact, words] : finding.facts)
        text += fmt::format("{}{}: {}\n", indent, fact, words);
    if (!finding.repro.empty()) text += fmt::format("{}{}\n", indent, finding.repro);
    if (options.keys) text += fmt::format("{}key: {}\n", indent, finding.key);
    return text;
}

std::string text_of(const std::vector<Unreached>& unreached)
{
    constexpr std::size_t most = 8;
    std::string names;
    for (std::size_t i = 0; i < std::min(unreached.size(), most); ++i)
        names += (names.empty() ? "" : ", ") + unreached[i].what;
    if (unreached.size() > most) names += fmt::format(" and {} more", unreached.size() - most);
    return names.empty() ? "" : fmt::format("no fault reaches: {}\n", names);
}

std::string text_of_runs(const Records& records, const TextOptions& options)
{
    const auto all = sum(records);
    auto text = fmt::format("{}\n\n{}", headline(all), fault_table(all, options.colour));
    for (const auto& part :
         {function_table(all), process_table(records.all), options.events ? event_table(records.all) : std::string()})
        if (!part.empty()) text += "\n" + part;
    if (all.events_dropped != 0)
        text += fmt::format("\n  {} not kept: only counted ([stats] events)\n", counted(all.events_dropped, "event"));
    return text;
}

} // namespace

std::string text_of(const Exploration& exploration, const TextOptions& options)
{
    std::string text;
    for (const auto& finding : exploration.findings)
        text += text_of(finding, options);
    if (!exploration.findings.empty()) text += "\n";
    std::string runs;
    for (const auto& [outcome, count] : counts_of(exploration))
        runs += fmt::format("{}{} {}", runs.empty() ? "" : ", ", count, name_of(outcome));
    text += fmt::format("{} findings in {} of {} points{}: {}\n", exploration.findings.size(),
                        exploration.points.size(), exploration.known_points,
                        exploration.seconds ? fmt::format(", {:.1f} s", *exploration.seconds) : "", runs);
    if (const auto absorbed = absorbed_of(exploration); absorbed != 0)
        text += fmt::format("{} of these are absorbed on purpose (--absorb)\n", absorbed);
    const auto coverage = coverage_of(exploration);
    text += fmt::format("sites {} of {} · (site, error) {} of {} · functions {}\n", coverage.sites_tried,
                        coverage.sites, coverage.pairs_tried, coverage.pairs, coverage.functions);
    text += text_of(exploration.unreached);
    for (const auto& why : exploration.stopped)
        text +=
            fmt::format("not all was tried: {}{}\n", why, exploration.tool == "explore" ? " (--resume goes on)" : "");
    for (const auto& note : exploration.notes)
        text += fmt::format("note: {}\n", note);
    return text;
}

std::string text_report(const Report& report, const TextOptions& options)
{
    std::string text;
    for (const auto& exploration : report.explorations) {
        if (!text.empty()) text += "\n";
        if (report.explorations.size() > 1 || !report.runs.all.empty())
            text += fmt::format("{}\n\n", fmt::join(exploration.command, " "));
        text += text_of(exploration, options);
    }
    if (!report.runs.all.empty()) text += (text.empty() ? "" : "\n") + text_of_runs(report.runs, options);
    return text;
}

} // namespace faultline::report
