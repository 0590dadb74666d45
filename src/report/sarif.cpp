// A report as SARIF 2.1.0, as code scanning reads it: a run for each command that was explored, a rule for each outcome and
// family, a result for each finding. Readers take the first location alone, and know a finding again by
// primaryLocationLineHash.
#include "report/report.hpp"

#include "report/record_json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace faultline::report {

namespace {

constexpr std::size_t most_results = 25'000; // that code scanning takes of a run

std::string_view name_of(Level level)
{
    constexpr std::string_view names[] = {"error", "warning", "note", "none"};
    return names[static_cast<std::size_t>(level)];
}

std::string family_of(const Finding& finding)
{
    return finding.strikes.empty() ? std::string("fault") : finding.strikes.back().family;
}

std::string rule_of(const Finding& finding)
{
    return fmt::format("{}/{}", report::name_of(finding.outcome), family_of(finding));
}

/// A path as a relative reference of a URI (RFC 3986).
std::string uri_of(std::string_view path)
{
    constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string uri;
    for (const char byte : path)
        if (plain.find(byte) != std::string_view::npos)
            uri += byte;
        else
            uri += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    return uri;
}

Json location_of(const std::string& uri, std::int64_t line, const std::string& message)
{
    auto physical = Json::object(
        {{"artifactLocation", Json::object({{"uri", uri}, {"uriBaseId", "%SRCROOT%"}})},
         {"region", Json::object({{"startLine", line}, {"startColumn", 1}, {"endLine", line}, {"endColumn", 2}})}});
    auto location = Json::object({{"physicalLocation", std::move(physical)}});
    if (!message.empty()) location["message"] = Json::object({{"text", message}});
    return location;
}

/// The innermost place of a stack that lies in a file of the source, or else the fallback.
Json place_of(const std::vector<Frame>& stack, const std::string& message, const SourceNames& names,
              const std::string& fallback)
{
    for (const auto& frame : stack) {
        if (frame.file.empty() || frame.line < 1 || in_runtime(frame.module)) continue; // no file of theirs
        if (const auto name = relative_name(frame.file, names)) return location_of(uri_of(*name), frame.line, message);
    }
    return location_of(fallback, 1, message);
}

Json stack_of(const std::vector<Frame>& stack, const std::string& message)
{
    auto frames = Json::array();
    for (const auto& frame : stack)
        frames.push_back(
            Json::object({{"location", Json::object({{"message", Json::object({{"text", words(frame)}})}})},
                          {"module", frame.module}}));
    return Json::object({{"message", Json::object({{"text", message}})}, {"frames", std::move(frames)}});
}

std::string struck_by(const Finding& finding)
{
    std::string text;
    for (const auto& strike : finding.strikes)
        text += (text.empty() ? "" : " and ") + (strike.path.empty()
                                                     ? fmt::format("{} fails with {}", strike.function,
                                                                   strike.error.empty() ? strike.type : strike.error)
                                                     : words(strike));
    return text.empty() ? "it is under faults" : text;
}

/// The first sentence is what lists show as the title.
std::string message_of(const Finding& finding, const std::string& program)
{
    const auto* const own = own_frame(finding.stack);
    std::string facts;
    for (const auto& [fact, words] : finding.facts)
        facts += fmt::format("{}: {}. ", fact, words);
    return fmt::format("{} in {} when {}{} ({}). {} {}Seen in {} of {} runs. Repeat it: {}",
                       report::name_of(finding.outcome), program, struck_by(finding),
                       own == nullptr ? "" : ", called from " + stable_words(*own), finding.detail,
                       info_of(finding.outcome).meaning, facts, finding.repeated, finding.tried, finding.repro);
}

Json flow_of(const Json& struck, const Json& crashed)
{
    auto steps = Json::array();
    for (const auto* const each : {&struck, &crashed})
        steps.push_back(Json::object({{"location", *each}, {"importance", "essential"}}));
    return Json(
        Json::Array{Json::object({{"threadFlows", Json::Array{Json::object({{"locations", std::move(steps)}})}}})});
}

Json result_of(const Finding& finding, const std::vector<std::string>& rules, const std::string& program,
               const SourceNames& names, const std::string& fallback)
{
    const auto rule = rule_of(finding);
    const auto struck = place_of(finding.stack, struck_by(finding) + " here", names, fallback);
    auto result = Json::object(
        {{"ruleId", rule},
         {"ruleIndex", std::ranges::find(rules, rule) - rules.begin()},
         {"level", name_of(info_of(finding.outcome).level)},
         {"message", Json::object({{"text", message_of(finding, program)}})},
         {"locations", Json::Array{struck}},
         {"partialFingerprints", Json::object({{"primaryLocationLineHash", fingerprint(finding.key) + ":1"}})},
         {"baselineState", finding.known ? "unchanged" : "new"}});
    auto stacks = Json::array();
    if (!finding.stack.empty()) stacks.push_back(stack_of(finding.stack, "where the struck call was made"));
    if (finding.crash) {
        const auto message = fmt::format("{} is killed by {} here", finding.crash->program, finding.crash->signal);
        auto crashed = place_of(finding.crash->stack, message, names, fallback);
        result["codeFlows"] = flow_of(struck, crashed);
        crashed["id"] = 1;
        result["relatedLocations"] = Json::Array{std::move(crashed)};
        stacks.push_back(stack_of(finding.crash->stack, message));
    }
    if (!stacks.elements().empty()) result["stacks"] = std::move(stacks);
    result["properties"] = Json::object({{"key", finding.key},
                                         {"point", finding.point},
                                         {"plan", finding.plan},
                                         {"repro", finding.repro},
                                         {"repeated", finding.repeated},
                                         {"tried", finding.tried},
                                         {"also", finding.also}});
    return result;
}

Json rule_json(const Finding& finding)
{
    const auto& info = info_of(finding.outcome);
    const auto family = family_of(finding);
    const auto text = [](const std::string& words) { return Json::object({{"text", words}}); };
    return Json::object(
        {{"id", rule_of(finding)},
         {"name", fmt::format("{} under {} faults", info.name, family)},
         {"shortDescription", text(fmt::format("{} under faults of the family {}", info.name, family))},
         {"fullDescription", text(std::string(info.meaning))},
         {"help",
          text(fmt::format("{} {} Each result has a command line that repeats it.", info.meaning, info.advice))},
         {"defaultConfiguration", Json::object({{"level", name_of(info.level)}})},
         {"properties",
          Json::object({{"tags", Json::Array{"reliability", "fault-injection", std::string(info.name), family}},
                        {"precision", "very-high"},
                        {"problem.severity", info.level == Level::error ? "error" : "warning"}})}});
}

Json driver(Json rules)
{
    return Json::object(
        {{"driver",
          Json::object({{"name", "Faultline"}, {"semanticVersion", FAULTLINE_VERSION}, {"rules", std::move(rules)}})}});
}

Json invocation(const std::vector<Problem>& problems, std::size_t left_out)
{
    auto notes = Json::array();
    for (const auto& problem : problems)
        notes.push_back(Json::object({{"level", "error"}, {"message", Json::object({{"text", words(problem)}})}}));
    if (left_out != 0)
        notes.push_back(Json::object(
            {{"level", "warning"},
             {"message", Json::object({{"text", fmt::format("{} more findings are left out: a run may have {}",
                                                            left_out, most_results)}})}}));
    return Json(Json::Array{
        Json::object({{"executionSuccessful", problems.empty()}, {"toolExecutionNotifications", std::move(notes)}})});
}

Json run_of(const Exploration& exploration, const std::string& category, const SourceNames& names,
            const std::vector<Problem>& problems)
{
    const auto program = program_of(exploration);
    auto fallback = names.fallback;
    if (fallback.empty() && !exploration.command.empty())
        fallback = relative_name(exploration.command.front(), names).value_or(program);
    std::vector<std::string> rules;
    auto rules_json = Json::array();
    auto results = Json::array();
    const auto number = std::min(exploration.findings.size(), most_results);
    for (std::size_t i = 0; i < number; ++i) {
        const auto& finding = exploration.findings[i];
        if (std::ranges::count(rules, rule_of(finding)) == 0) {
            rules.push_back(rule_of(finding));
            rules_json.push_back(rule_json(finding));
        }
        results.push_back(result_of(finding, rules, program, names, uri_of(fallback)));
    }
    return Json::object({{"tool", driver(std::move(rules_json))},
                         {"automationDetails", Json::object({{"id", fmt::format("faultline/{}/", category)}})},
                         {"invocations", invocation(problems, exploration.findings.size() - number)},
                         {"columnKind", "utf16CodeUnits"},
                         {"results", std::move(results)}});
}

} // namespace

std::string sarif_report(const Report& report, const SourceNames& names)
{
    const auto problems = problems_of(report);
    auto runs = Json::array();
    std::set<std::string> categories; // two runs of one category are refused
    for (const auto& exploration : report.explorations) {
        const auto program = program_of(exploration);
        auto category = program;
        for (int number = 2; !categories.insert(category).second; ++number)
            category = fmt::format("{}-{}", program, number);
        runs.push_back(run_of(exploration, category, names, problems));
    }
    if (report.explorations.empty()) runs.push_back(run_of({}, "runs", names, problems)); // it has no findings
    return lines(Json::object({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                               {"version", "2.1.0"},
                               {"runs", std::move(runs)}})) +
           "\n";
}

} // namespace faultline::report
