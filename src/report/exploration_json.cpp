#include "report/exploration_json.hpp"

#include "report/clean_text.hpp"

namespace faultline::report {

namespace {

std::string line_of(const Json& json) { return clean_line(json.text()); }

bool flag_of(const Json& json) { return json.as<bool>() != nullptr && *json.as<bool>(); }

std::vector<std::string> lines_of(const Json& json)
{
    std::vector<std::string> all;
    for (const auto& each : json.elements())
        all.push_back(line_of(each));
    return all;
}

Json to_json(const Frame& frame)
{
    auto json = Json::object({{"module", frame.module}, {"offset", frame.offset}});
    if (!frame.function.empty()) json["function"] = frame.function;
    if (!frame.file.empty()) {
        json["file"] = frame.file;
        json["line"] = frame.line;
    }
    return json;
}

Frame frame_from_json(const Json& json)
{
    return {line_of(json.member("module")), json.member("offset").count(), line_of(json.member("function")),
            line_of(json.member("file")), json.member("line").integer().value_or(0)};
}

std::vector<Frame> stack_from_json(const Json& json)
{
    std::vector<Frame> stack;
    for (const auto& each : json.elements())
        stack.push_back(frame_from_json(each));
    return stack;
}

Json to_json(const Point& point)
{
    return Json::object({{"point", point.id},
                         {"class", name_of(point.outcome)},
                         {"detail", point.detail},
                         {"strikes", to_json(point.strikes)},
                         {"key", point.key}});
}

Json to_json(const Place& place)
{
    auto json = Json::object({{"function", place.function},
                              {"site", place.site},
                              {"calls", place.calls},
                              {"at", to_json(place.at)},
                              {"tried", place.tried}});
    if (!place.path.empty()) json["path"] = place.path;
    return json;
}

std::optional<Finding> finding_from_json(const Json& json)
{
    const auto outcome = class_named(json.member("class").text());
    if (!outcome || !is_finding(*outcome) || json.member("key").text().empty()) return {};
    Finding finding;
    finding.outcome = *outcome;
    finding.detail = line_of(json.member("detail"));
    finding.key = line_of(json.member("key"));
    finding.name = line_of(json.member("name"));
    finding.point = line_of(json.member("point"));
    finding.strikes = strikes_from_json(json.member("strikes"));
    finding.also = lines_of(json.member("also"));
    finding.repeated = json.member("repeated").count();
    finding.tried = json.member("tried").count();
    finding.known = flag_of(json.member("known"));
    finding.stack = stack_from_json(json.member("stack"));
    if (const auto& crash = json.member("crash"); crash.as<Json::Object>() != nullptr)
        finding.crash = Crash{line_of(crash.member("signal")), line_of(crash.member("program")),
                              stack_from_json(crash.member("stack"))};
    finding.repro = line_of(json.member("repro"));
    finding.plan = clean(json.member("plan").text());
    finding.out = clean(json.member("stdout").text());
    finding.err = clean(json.member("stderr").text());
    for (const auto& each : json.member("facts").elements())
        finding.facts.emplace_back(line_of(each.member("name")), line_of(each.member("text")));
    return finding;
}

} // namespace

Json to_json(const std::vector<Frame>& stack)
{
    auto frames = Json::array();
    for (const auto& frame : stack)
        frames.push_back(to_json(frame));
    return frames;
}

Json to_json(const std::vector<Strike>& strikes)
{
    auto all = Json::array();
    for (const auto& strike : strikes) {
        auto json = Json::object({{"function", strike.function},
                                  {"site", strike.site},
                                  {"family", strike.family},
                                  {"type", strike.type},
                                  {"errno", strike.error},
                                  {"match", strike.match},
                                  {"persistence", strike.persistence},
                                  {"call", strike.call}});
        if (!strike.path.empty()) json["path"] = strike.path;
        all.push_back(std::move(json));
    }
    return all;
}

std::vector<Strike> strikes_from_json(const Json& json)
{
    std::vector<Strike> strikes;
    for (const auto& each : json.elements())
        strikes.push_back({line_of(each.member("function")), line_of(each.member("site")),
                           line_of(each.member("family")), line_of(each.member("type")), line_of(each.member("errno")),
                           each.member("match").count(), line_of(each.member("persistence")),
                           each.member("call").count(), line_of(each.member("path"))});
    return strikes;
}

std::optional<Point> point_from_json(const Json& json)
{
    const auto outcome = class_named(json.member("class").text());
    auto strikes = strikes_from_json(json.member("strikes"));
    if (!outcome || strikes.empty()) return {};
    return Point{line_of(json.member("point")), std::move(strikes), *outcome, line_of(json.member("detail")),
                 line_of(json.member("key"))};
}

Json to_json(const Finding& finding)
{
    auto json = Json::object({{"name", finding.name},
                              {"class", name_of(finding.outcome)},
                              {"detail", finding.detail},
                              {"key", finding.key},
                              {"known", finding.known},
                              {"point", finding.point},
                              {"strikes", to_json(finding.strikes)},
                              {"repeated", finding.repeated},
                              {"tried", finding.tried},
                              {"also", finding.also},
                              {"repro", finding.repro}});
    if (!finding.stack.empty()) json["stack"] = to_json(finding.stack);
    if (finding.crash)
        json["crash"] = Json::object({{"signal", finding.crash->signal},
                                      {"program", finding.crash->program},
                                      {"stack", to_json(finding.crash->stack)}});
    if (finding.facts.empty()) return json;
    auto& facts = json["facts"] = Json::array();
    for (const auto& [name, text] : finding.facts)
        facts.push_back(Json::object({{"name", name}, {"text", text}}));
    return json;
}

Json to_json(const Exploration& exploration, bool whole)
{
    auto runs = Json::object();
    for (const auto& [outcome, count] : counts_of(exploration))
        runs[name_of(outcome)] = count;
    auto places = Json::array();
    for (const auto& place : exploration.places)
        places.push_back(to_json(place));
    auto unreached = Json::array();
    for (const auto& each : exploration.unreached)
        unreached.push_back(Json::object({{"what", each.what}, {"why", each.why}}));
    auto findings = Json::array();
    for (const auto& finding : exploration.findings) {
        auto json = to_json(finding);
        if (whole) {
            json["plan"] = finding.plan;
            json["stdout"] = finding.out;
            json["stderr"] = finding.err;
        }
        findings.push_back(std::move(json));
    }
    auto json = Json::object({{"faultline", exploration.version},
                              {"tool", exploration.tool},
                              {"command", exploration.command},
                              {"points", exploration.points.size()},
                              {"known_points", exploration.known_points},
                              {"sites", exploration.places.size()},
                              {"pairs", exploration.pairs}});
    json["stopped"] = exploration.stopped;
    json["notes"] = exploration.notes;
    json["runs"] = std::move(runs);
    json["findings"] = std::move(findings);
    json["unreached"] = std::move(unreached);
    json["places"] = std::move(places);
    if (!whole) return json;
    json["stdout"] = exploration.out;
    json["stderr"] = exploration.err;
    auto& journal = json["journal"] = Json::array();
    for (const auto& point : exploration.points)
        journal.push_back(to_json(point));
    return json;
}

std::optional<Exploration> exploration_from_json(const Json& json)
{
    if (json.member("command").as<Json::Array>() == nullptr || json.member("findings").as<Json::Array>() == nullptr)
        return {};
    Exploration exploration;
    exploration.version = line_of(json.member("faultline"));
    exploration.tool = line_of(json.member("tool"));
    exploration.command = lines_of(json.member("command"));
    for (const auto& each : json.member("findings").elements())
        if (auto finding = finding_from_json(each)) exploration.findings.push_back(std::move(*finding));
    for (const auto& each : json.member("journal").elements())
        if (auto point = point_from_json(each)) exploration.points.push_back(std::move(*point));
    for (const auto& each : json.member("places").elements())
        exploration.places.push_back({line_of(each.member("function")), line_of(each.member("site")),
                                      each.member("calls").count(), frame_from_json(each.member("at")),
                                      flag_of(each.member("tried")), line_of(each.member("path"))});
    exploration.known_points = json.member("known_points").count();
    exploration.pairs = json.member("pairs").count();
    for (const auto& each : json.member("unreached").elements())
        exploration.unreached.push_back({line_of(each.member("what")), line_of(each.member("why"))});
    exploration.notes = lines_of(json.member("notes"));
    exploration.stopped = lines_of(json.member("stopped"));
    exploration.out = clean(json.member("stdout").text());
    exploration.err = clean(json.member("stderr").text());
    return exploration;
}

} // namespace faultline::report
