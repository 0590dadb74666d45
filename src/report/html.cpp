// A report as one HTML file that needs nothing else. The data goes in as JSON, in which no character can end the element
// that holds it, and the page's script (src/report/page/) puts it on the screen as text: nothing that a program printed is
// ever read as markup. Each string stands there once, and points are rows of numbers, for there may be thousands.
#include "report/report.hpp"

#include "report/clean_text.hpp"
#include "report/page.hpp"
#include "report/record_json.hpp"
#include "report/tables.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>

namespace faultline::report {

namespace {

constexpr std::size_t outputs_together = 384UL * 1024; // so that the page stays below a megabyte
constexpr std::size_t most_events = 5'000;

class Strings {
public:
    std::size_t operator()(const std::string& text)
    {
        const auto [place, is_new] = numbers_.try_emplace(text, all_.size());
        if (is_new) all_.push_back(text);
        return place->second;
    }
    [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

private:
    std::unordered_map<std::string, std::size_t> numbers_;
    std::vector<std::string> all_;
};

Json stack_of(const std::vector<Frame>& stack, Strings& strings)
{
    auto frames = Json::array();
    for (const auto& frame : stack) {
        const auto place = frame.file.empty() ? std::string() : fmt::format("{}:{}", frame.file, frame.line);
        frames.push_back(Json::Array{strings(frame.function), strings(place),
                                     strings(words(Frame{frame.module, frame.offset, {}, {}, 0}, true)),
                                     in_runtime(frame.module) ? 1 : 0});
    }
    return frames;
}

Json finding_of(const Finding& finding, std::size_t most, Strings& strings)
{
    auto also = Json::array();
    for (const auto& other : finding.also)
        also.push_back(strings(other));
    auto facts = Json::array();
    for (const auto& [name, text] : finding.facts)
        facts.push_back(Json::Array{strings(name), strings(text)});
    auto json = Json::object({{"class", name_of(finding.outcome)},
                              {"name", finding.name},
                              {"detail", finding.detail},
                              {"key", finding.key},
                              {"print", fingerprint(finding.key)},
                              {"known", finding.known},
                              {"repeated", finding.repeated},
                              {"tried", finding.tried},
                              {"strikes", words(finding.strikes)},
                              {"also", std::move(also)},
                              {"stack", stack_of(finding.stack, strings)},
                              {"repro", finding.repro},
                              {"plan", finding.plan},
                              {"facts", std::move(facts)},
                              {"out", strings(shortened(finding.out, most))},
                              {"err", strings(shortened(finding.err, most))}});
    if (finding.crash)
        json["crash"] = Json::object({{"signal", finding.crash->signal},
                                      {"program", finding.crash->program},
                                      {"stack", stack_of(finding.crash->stack, strings)}});
    return json;
}

/// Sites by number, those of second faults too, which the trace has not.
class Sites {
public:
    Sites(const Exploration& exploration, Strings& strings) : strings_(strings)
    {
        for (const auto& place : exploration.places)
            add(place.function, place.site, words(place), place.tried);
    }
    std::size_t number_of(const Strike& strike)
    {
        const auto found = numbers_.find(strike.function + "@" + strike.site);
        return found != numbers_.end() ? found->second : add(strike.function, strike.site, "", true);
    }
    [[nodiscard]] Json json() const { return rows_; }

private:
    std::size_t add(const std::string& function, const std::string& site, const std::string& at, bool tried)
    {
        const auto number = numbers_.size();
        numbers_.emplace(function + "@" + site, number);
        rows_.emplace_back(Json::Array{strings_(function), strings_(site), strings_(at), tried ? 1 : 0});
        return number;
    }

    Strings& strings_;
    std::unordered_map<std::string, std::size_t> numbers_;
    Json::Array rows_;
};

Json points_of(const Exploration& exploration, Sites& sites, Strings& strings)
{
    std::unordered_map<std::string_view, std::int64_t> findings;
    for (const auto& finding : exploration.findings)
        findings.emplace(finding.key, static_cast<std::int64_t>(findings.size()));
    auto rows = Json::array();
    for (const auto& point : exploration.points) {
        const auto found = findings.find(point.key);
        Json::Array row{static_cast<int>(point.outcome), strings(point.detail),
                        found == findings.end() ? std::int64_t{-1} : found->second};
        for (const auto& strike : point.strikes)
            for (const auto number :
                 {sites.number_of(strike), strings(strike.error.empty() ? strike.type : strike.error),
                  static_cast<std::size_t>(strike.match), persistence_of(strike.persistence)})
                row.emplace_back(number);
        rows.push_back(std::move(row));
    }
    return rows;
}

Json exploration_of(const Exploration& exploration, std::size_t most, Strings& strings)
{
    auto findings = Json::array();
    for (const auto& finding : exploration.findings)
        findings.push_back(finding_of(finding, most, strings));
    Sites sites(exploration, strings);
    auto points = points_of(exploration, sites, strings);
    auto runs = Json::array();
    for (const auto& [outcome, count] : counts_of(exploration))
        runs.push_back(Json::Array{static_cast<int>(outcome), count});
    auto unreached = Json::array();
    for (const auto& each : exploration.unreached)
        unreached.push_back(Json::Array{strings(each.what), strings(each.why)});
    auto curve = Json::array();
    for (const auto& [at, count] : curve_of(exploration))
        curve.push_back(Json::Array{at, count});
    const auto coverage = coverage_of(exploration);
    return Json::object({{"command", fmt::format("{}", fmt::join(exploration.command, " "))},
                         {"known", exploration.known_points},
                         {"runs", std::move(runs)},
                         {"coverage", Json::object({{"sites", coverage.sites},
                                                    {"sites_tried", coverage.sites_tried},
                                                    {"pairs", coverage.pairs},
                                                    {"pairs_tried", coverage.pairs_tried},
                                                    {"functions", coverage.functions}})},
                         {"stopped", exploration.stopped},
                         {"notes", exploration.notes},
                         {"unreached", std::move(unreached)},
                         {"curve", std::move(curve)},
                         {"out", strings(shortened(exploration.out, most))},
                         {"err", strings(shortened(exploration.err, most))},
                         {"findings", std::move(findings)},
                         {"sites", sites.json()},
                         {"points", std::move(points)}});
}

Json faults_of(const Sum& all)
{
    auto faults = Json::array();
    for (const auto& fault : all.faults) {
        std::string said;
        for (const auto& [error, number] : fault.errors)
            said += fmt::format("{}{} {}", said.empty() ? "" : ", ", error, number);
        if (!fault.enabled) said = "not enabled";
        if (fault.awaited && fault.matched == 0) said = unmet(all, fault.name);
        faults.push_back(Json::object({{"name", clean_line(fault.name)},
                                       {"type", clean_line(fault.type)},
                                       {"matched", fault.matched},
                                       {"triggered", fault.triggered},
                                       {"said", clean_line(said)}}));
    }
    return faults;
}

Json runs_of(const Records& records, Strings& strings)
{
    const auto all = sum(records);
    const auto text = [&strings](std::string_view words) { return strings(clean_line(words)); };
    auto processes = Json::array();
    auto events = Json::array();
    std::size_t left_out = all.events_dropped;
    for (const auto& record : records.all) {
        processes.push_back(
            Json::Array{clean_line(record.program), std::to_string(record.pid), clean_line(record.lineage),
                        clean_line(words(record.exit)), record.seconds ? fmt::format("{:.3f}", *record.seconds) : "",
                        std::to_string(record.calls), std::to_string(record.triggered), std::to_string(record.seed)});
        for (const auto& event : record.events) {
            if (events.elements().size() == most_events) {
                ++left_out;
                continue;
            }
            std::string what;
            for (const auto& [key, value] : details(event))
                what += fmt::format("{}{}={}", what.empty() ? "" : " ", key, value);
            events.push_back(Json::Array{event.time ? Json(*event.time) : Json(),
                                         text(fmt::format("{} {}", record.program, event.thread)), text(event.fault),
                                         text(event.function), text(what)});
        }
    }
    auto functions = Json::array();
    for (const auto& function : all.functions)
        functions.push_back(Json::Array{text(function.name), function.calls, function.faults});
    auto warnings = Json::array();
    for (const auto& [warning, number] : all.warnings)
        warnings.push_back(clean_line(warning));
    return Json::object({{"headline", clean_line(headline(all))},
                         {"faults", faults_of(all)},
                         {"functions", std::move(functions)},
                         {"processes", std::move(processes)},
                         {"events", std::move(events)},
                         {"events_left_out", left_out},
                         {"warnings", std::move(warnings)}});
}

Json classes()
{
    auto all = Json::array();
    for (const auto& info : class_table)
        all.push_back(Json::object({{"name", info.name},
                                    {"finding", info.standing == Standing::finding},
                                    {"meaning", info.meaning},
                                    {"advice", info.advice}}));
    return all;
}

/// JSON that may stand in an element of HTML: nothing in it can begin or end markup.
std::string harmless(const std::string& json)
{
    std::string result;
    result.reserve(json.size() + json.size() / 16);
    for (const char byte : json)
        if (byte == '<' || byte == '>' || byte == '&')
            result += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
        else
            result += byte;
    return result;
}

std::string data_of(const Report& report)
{
    std::size_t outputs = 2;
    for (const auto& exploration : report.explorations)
        outputs += 2 * (exploration.findings.size() + 1);
    const auto most = std::clamp<std::size_t>(outputs_together / outputs, 512, most_output);
    Strings strings;
    auto explorations = Json::array();
    for (const auto& exploration : report.explorations)
        explorations.push_back(exploration_of(exploration, most, strings));
    auto problems = Json::array();
    for (const auto& problem : problems_of(report))
        problems.push_back(clean_line(words(problem)));
    auto data = Json::object({{"version", FAULTLINE_VERSION},
                              {"classes", classes()},
                              {"explorations", std::move(explorations)},
                              {"problems", std::move(problems)}});
    if (!report.runs.all.empty()) data["runs"] = runs_of(report.runs, strings);
    data["strings"] = strings.all();
    return harmless(one_line(data));
}

} // namespace

std::string html_report(const Report& report)
{
    const auto data = data_of(report);
    std::string result;
    auto rest = page::frame;
    const std::pair<std::string_view, std::string_view> parts[] = {
        {"@style@", page::style}, {"@data@", data}, {"@script@", page::script}};
    for (const auto& [mark, text] : parts) {
        const auto at = rest.find(mark);
        result.append(rest.substr(0, at)).append(text);
        rest.remove_prefix(at + mark.size());
    }
    return result.append(rest);
}

} // namespace faultline::report
