#include "report/record_json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <type_traits>

namespace faultline::report {

namespace {

/// The keys of an event that not each one has, in the order of the file.
template <class Use>
void each_detail(const Use& use)
{
    use("thread_call", &Event::thread_call);
    use("errno", &Event::error);
    use("fd", &Event::descriptor);
    use("path", &Event::path);
    use("size", &Event::size);
    use("caller", &Event::caller);
    use("site", &Event::site);
    use("delay", &Event::delay);
    use("returned", &Event::returned);
    use("shift", &Event::shift);
    use("signal", &Event::signal);
    use("moment", &Event::moment);
    use("cut", &Event::cut);
    use("mode", &Event::mode);
    use("offset", &Event::offset);
    use("bytes", &Event::bytes);
    use("dropped", &Event::dropped);
    use("reverted", &Event::reverted);
    use("failed", &Event::failed);
}

constexpr std::string_view event_columns[] = {"fault", "type", "target", "call", "match", "time", "thread"};

// One `read` for each type of value: nothing where the document holds another.
template <class T>
void read(const Json& value, std::optional<T>& out)
{
    if constexpr (std::is_same_v<T, double>) {
        out = value.number();
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
        out = value.integer();
    } else if constexpr (std::is_same_v<T, Named>) {
        if (const auto* const name = value.as<std::string>())
            out = *name;
        else if (const auto number = value.integer())
            out = *number;
    } else if (const auto* const found = value.as<T>()) {
        out = *found;
    }
}

Json json_of(const Named& named)
{
    return std::visit([](const auto& value) { return Json(value); }, named);
}
template <class T>
Json json_of(const T& value)
{
    return Json(value);
}

template <class T>
Json or_null(const std::optional<T>& value)
{
    return value ? Json(*value) : Json();
}

/// The words of the file's format, which a process writes without knowing more.
Exit exit_of(std::string_view words)
{
    using enum Exit::How;
    constexpr std::string_view exited_with = "exited ", killed_by = "killed by ";
    if (words == "running") return {.how = running, .status = {}, .signal = {}};
    if (words == "executed") return {.how = executed, .status = {}, .signal = {}};
    if (words == "exited") return {.how = exited, .status = {}, .signal = {}};
    if (words == "killed") return {.how = killed, .status = {}, .signal = {}};
    if (words.starts_with(killed_by))
        return {.how = killed, .status = {}, .signal = std::string(words.substr(killed_by.size()))};
    int status = 0;
    if (words.starts_with(exited_with)) {
        const auto digits = words.substr(exited_with.size());
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
        if (error == std::errc() && end == digits.data() + digits.size())
            return {.how = exited, .status = status, .signal = {}};
    }
    return {};
}

Event event_of(const Json& json)
{
    Event event;
    event.fault = json.member("fault").text();
    event.type = json.member("type").text();
    event.function = json.member("target").text();
    event.call = json.member("call").count();
    event.match = json.member("match").count();
    event.time = json.member("time").number();
    event.thread = json.member("thread").text();
    std::set<std::string_view> known(std::begin(event_columns), std::end(event_columns));
    each_detail([&](std::string_view key, auto field) {
        read(json.member(key), event.*field);
        if (event.*field) known.insert(key);
    });
    for (const auto& [key, value] : json.members())
        if (!known.contains(key)) event.others.emplace_back(key, one_line(value));
    return event;
}

FaultCount fault_of(const std::string& name, const Json& json)
{
    FaultCount fault;
    fault.name = name;
    fault.type = json.member("type").text();
    const auto* const enabled = json.member("enabled").as<bool>();
    fault.enabled = enabled == nullptr || *enabled;
    fault.matched = json.member("matched").count();
    fault.triggered = json.member("triggered").count();
    fault.skipped = json.member("skipped").count();
    for (const auto& [error, number] : json.member("errors").members())
        if (number.as<std::uint64_t>() != nullptr) fault.errors.emplace_back(error, number.count());
    return fault;
}

std::vector<TracedSite> sites_of(const Json& json)
{
    std::vector<TracedSite> sites;
    for (const auto& each : json.elements()) {
        auto& site = sites.emplace_back();
        site.function = each.member("function").text();
        site.site = each.member("site").text();
        site.calls = each.member("calls").count();
        site.first = each.member("first").count();
        site.thread = each.member("thread").text();
        for (const auto& frame : each.member("stack").elements())
            site.stack.push_back(frame.text());
    }
    return sites;
}

Json json_of(const std::vector<TracedSite>& sites)
{
    auto json = Json::array();
    for (const auto& site : sites)
        json.push_back(Json::object({{"function", site.function},
                                     {"site", site.site},
                                     {"calls", site.calls},
                                     {"first", site.first},
                                     {"thread", site.thread},
                                     {"stack", site.stack}}));
    return json;
}

Json json_of(const Event& event)
{
    auto json = Json::object({{"fault", event.fault},
                              {"type", event.type},
                              {"target", event.function},
                              {"call", event.call},
                              {"match", event.match},
                              {"time", or_null(event.time)},
                              {"thread", event.thread}});
    each_detail([&](std::string_view key, auto field) {
        if (event.*field) json[key] = json_of(*(event.*field));
    });
    for (const auto& [key, value] : event.others)
        json[key] = parse_json(value).value_or(Json());
    return json;
}

Json json_of(const FaultCount& fault)
{
    auto json = Json::object({{"type", fault.type}});
    if (!fault.enabled) json["enabled"] = false;
    json["matched"] = fault.matched;
    json["triggered"] = fault.triggered;
    json["skipped"] = fault.skipped;
    auto& errors = json["errors"] = Json::object();
    for (const auto& [name, number] : fault.errors)
        errors[name] = number;
    return json;
}

} // namespace

std::string words(const Exit& exit)
{
    switch (exit.how) {
    case Exit::How::running:
        return "running";
    case Exit::How::executed:
        return "executed";
    case Exit::How::exited:
        return exit.status ? fmt::format("exited {}", *exit.status) : "exited";
    case Exit::How::killed:
        return exit.signal.empty() ? "killed" : fmt::format("killed by {}", exit.signal);
    case Exit::How::unknown:
        break;
    }
    return {};
}

std::string never_matched(const std::string& fault, bool running)
{
    return fmt::format("fault '{}' {}", fault, running ? "has not matched yet" : "never matched");
}

double rate(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0) return 0;
    return std::round(1000.0 * static_cast<double>(part) / static_cast<double>(whole)) / 10.0;
}

Record from_json(const Json& document)
{
    Record record;
    record.version = document.member("faultline").text();
    const auto& process = document.member("process");
    record.program = process.member("program").text();
    record.pid = process.member("pid").integer().value_or(0);
    record.ppid = process.member("ppid").integer().value_or(0);
    for (const auto& argument : process.member("argv").elements())
        record.arguments.push_back(argument.text());
    record.lineage = process.member("lineage").text();
    record.exit = exit_of(process.member("exit").text());
    record.started = process.member("started").text();
    record.seconds = process.member("seconds").number();
    record.plan = document.member("plan").text();
    record.seed = document.member("seed").count();
    const auto& stats = document.member("stats");
    record.calls = stats.member("calls_intercepted").count();
    record.triggered = stats.member("faults_triggered").count();
    record.skipped = stats.member("faults_skipped").count();
    for (const auto& [name, counts] : document.member("functions").members())
        record.functions.push_back({name, counts.member("calls").count(), counts.member("faults").count()});
    std::set<std::string> warnings;
    for (const auto& warning : document.member("warnings").elements())
        if (warning.as<std::string>() != nullptr) warnings.insert(warning.text());
    std::set<std::string> of_faults;
    for (const auto& [name, counts] : document.member("faults").members()) {
        auto& fault = record.faults.emplace_back(fault_of(name, counts));
        for (const bool running : {false, true}) {
            const auto phrase = never_matched(name, running);
            if (!warnings.contains(phrase)) continue;
            fault.awaited = true;
            of_faults.insert(phrase);
        }
    }
    for (const auto& warning : document.member("warnings").elements())
        if (warning.as<std::string>() != nullptr && !of_faults.contains(warning.text()))
            record.warnings.push_back(warning.text());
    for (const auto& event : document.member("events").elements())
        if (event.as<Json::Object>() != nullptr) record.events.push_back(event_of(event));
    record.events_dropped = document.member("events_dropped").count();
    for (const auto& change : document.member("changes").elements())
        record.changes.push_back(
            {change.member("generation").count(), change.member("time").number(), change.member("change").text()});
    if (document.find("sites") != nullptr) record.sites = sites_of(document.member("sites"));
    return record;
}

Json to_json(const Record& record)
{
    auto document = Json::object();
    document["faultline"] = record.version;
    document["process"] = Json::object({{"program", record.program},
                                        {"pid", record.pid},
                                        {"ppid", record.ppid},
                                        {"argv", record.arguments},
                                        {"lineage", record.lineage},
                                        {"exit", words(record.exit)},
                                        {"started", record.started},
                                        {"seconds", or_null(record.seconds)}});
    document["plan"] = record.plan;
    document["seed"] = record.seed;
    document["stats"] = Json::object({{"calls_intercepted", record.calls},
                                      {"faults_triggered", record.triggered},
                                      {"faults_skipped", record.skipped},
                                      {"trigger_rate", rate(record.triggered, record.calls)}});
    auto& functions = document["functions"] = Json::object();
    for (const auto& function : record.functions)
        functions[function.name] = Json::object({{"calls", function.calls}, {"faults", function.faults}});
    auto& faults = document["faults"] = Json::object();
    for (const auto& fault : record.faults)
        faults[fault.name] = json_of(fault);
    auto& events = document["events"] = Json::array();
    for (const auto& event : record.events)
        events.push_back(json_of(event));
    document["events_dropped"] = record.events_dropped;
    if (!record.changes.empty()) {
        auto& changes = document["changes"] = Json::array();
        for (const auto& change : record.changes)
            changes.push_back(Json::object(
                {{"generation", change.generation}, {"time", or_null(change.time)}, {"change", change.text}}));
    }
    if (record.sites) document["sites"] = json_of(*record.sites);
    auto& warnings = document["warnings"] = Json::array();
    for (const auto& fault : record.faults)
        if (fault.awaited) warnings.push_back(never_matched(fault.name, record.exit.how == Exit::How::running));
    for (const auto& warning : record.warnings)
        warnings.push_back(warning);
    return document;
}

std::vector<std::pair<std::string, std::string>> details(const Event& event)
{
    std::vector<std::pair<std::string, std::string>> all;
    const auto add = [&all](std::string_view key, const Json& value) {
        if (!value.is_structured())
            all.emplace_back(key, value.as<std::string>() != nullptr ? value.text() : one_line(value));
    };
    each_detail([&](std::string_view key, auto field) {
        if (event.*field) add(key, json_of(*(event.*field)));
    });
    for (const auto& [key, value] : event.others)
        add(key, parse_json(value).value_or(Json()));
    return all;
}

} // namespace faultline::report
