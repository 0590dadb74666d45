#include "control/feed.hpp"

#include "report/record_json.hpp"
#include "report/sums.hpp"
#include "report/terminal.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <fmt/format.h>

namespace faultline::control {

namespace {

using report::Json;

/// A label's value as Prometheus quotes it.
std::string label(std::string_view text)
{
    std::string result;
    for (const char byte : text) {
        if (byte == '\\' || byte == '"') result += '\\';
        if (byte == '\n')
            result += "\\n";
        else
            result += byte;
    }
    return result;
}

} // namespace

std::vector<Json> Feed::news()
{
    std::vector<Json> news;
    for (const auto& record : run_.records().all) {
        const auto image = fmt::format("{}\t{}", record.lineage, record.started);
        const auto tell = [&](Json json) {
            auto whole = Json::object({{"pid", record.pid}, {"program", record.program}, {"lineage", record.lineage}});
            whole.append(std::move(json));
            news.push_back(std::move(whole));
        };
        auto document = report::to_json(record);
        auto& changes = told_[image + "\tchanges"];
        const auto& all_changes = document.member("changes").elements();
        for (; changes < all_changes.size(); ++changes)
            tell(all_changes[changes]);
        auto& events = told_[image];
        const auto& all_events = document.member("events").elements();
        for (; events < all_events.size(); ++events)
            tell(all_events[events]);
    }
    return news;
}

Wait::Wait(const LiveRun& run, const std::vector<std::string>& words, std::int64_t patience_ns)
    : run_(&run), end_ns_(sys::now(CLOCK_MONOTONIC) + patience_ns)
{
    if (words.empty() || words.size() > 2) {
        mistake_ = "it is: wait NAME [TIMES]";
        return;
    }
    fault_ = words[0];
    if (words.size() == 1) return;
    const auto& text = words[1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), times_);
    if (error != std::errc{} || end != text.data() + text.size())
        mistake_ = fmt::format("wait {}: '{}' is not a number of times", fault_, text);
}

std::optional<Wait::Outcome> Wait::look()
{
    if (!mistake_.empty()) return Outcome{End::mistake, mistake_};
    std::string problem;
    const auto faults = run_->faults(problem);
    if (!problem.empty()) return Outcome{End::run_over, problem};
    const auto found = std::ranges::find(faults, fault_, &FaultState::name);
    if (found == faults.end()) return Outcome{End::mistake, fmt::format("there is no fault '{}'", fault_)};
    fired_ = found->triggered;
    if (fired_ >= times_) return Outcome{};
    if (sys::now(CLOCK_MONOTONIC) < end_ns_) return std::nullopt;
    return Outcome{End::in_vain, fmt::format("'{}' has fired {} of {} in that time", fault_,
                                             report::counted(fired_, "time"), times_)};
}

Json list_of(const std::vector<FaultState>& faults)
{
    auto list = Json::array();
    for (const auto& fault : faults)
        list.push_back(Json::object({{"name", fault.name},
                                     {"type", fault.type},
                                     {"enabled", fault.enabled},
                                     {"removed", fault.removed},
                                     {"matched", fault.matched},
                                     {"triggered", fault.triggered},
                                     {"does", fault.text}}));
    return list;
}

namespace {

/// All of a run's state but its faults.
Json processes_of(const LiveRun& run, std::string& problem)
{
    const auto force = run.force();
    problem = force.problem;
    auto status = Json::object({{"directory", run.directory()}, {"generation", force.generation}});
    status["quiet_seconds"] = static_cast<double>(force.quiet_ns) / 1e9;
    auto& processes = status["processes"] = Json::array();
    for (const auto& member : run.members()) {
        if (!member.alive) continue;
        auto process = Json::object({{"pid", member.pid}, {"program", member.program}, {"lineage", member.lineage}});
        process["generation"] = member.taken;
        if (member.sealed) process["sealed"] = true;
        processes.push_back(std::move(process));
    }
    return status;
}

} // namespace

Json status_of(const LiveRun& run, std::string& problem)
{
    auto status = processes_of(run, problem);
    if (problem.empty()) status["faults"] = list_of(run.faults(problem));
    return status;
}

std::string list_text(const std::vector<FaultState>& faults)
{
    std::vector<std::vector<std::string>> rows{{"fault", "state", "matched", "fired", "what it does"}};
    for (const auto& fault : faults)
        rows.push_back({report::printable(fault.name),
                        fault.removed   ? "removed"
                        : fault.enabled ? "on"
                                        : "off",
                        fmt::format("{}", fault.matched), fmt::format("{}", fault.triggered),
                        report::printable(fault.text)});
    return rows.size() == 1 ? std::string("no faults\n") : report::table(rows, {false, false, true, true, false});
}

std::string status_text(const LiveRun& run, std::string& problem)
{
    const auto status = processes_of(run, problem);
    if (!problem.empty()) return {};
    std::string text =
        fmt::format("{}\nplan {} is in force{}\n\n", run.directory(), status.member("generation").count(),
                    status.member("quiet_seconds").number().value_or(0) > 0
                        ? fmt::format(", and quiet for {:.1f} s", *status.member("quiet_seconds").number())
                        : std::string());
    std::vector<std::vector<std::string>> rows{{"process", "program", "lineage", "plan"}};
    for (const auto& process : status.member("processes").elements()) {
        const auto generation = process.member("generation").count();
        rows.push_back({fmt::format("{}", process.member("pid").integer().value_or(0)),
                        report::printable(process.member("program").text()), process.member("lineage").text(),
                        process.find("sealed") != nullptr ? fmt::format("{} (behind seccomp: it keeps it)", generation)
                                                          : fmt::format("{}", generation)});
    }
    text += report::table(rows, {true, false, false, true});
    return text + '\n' + list_text(run.faults(problem));
}

std::string View::next(double seconds)
{
    const auto sum = report::sum(run_.records());
    const auto rate = [&](const std::string& key, std::uint64_t value) {
        const auto known = before_.find(key);
        const auto more = known == before_.end() ? 0 : value - std::min(value, known->second);
        before_[key] = value;
        return seconds > 0 ? fmt::format("{:.0f}", static_cast<double>(more) / seconds) : std::string("-");
    };
    std::vector<std::vector<std::string>> functions{{"function", "calls", "calls/s", "faults", "faults/s"}};
    for (const auto& each : sum.functions)
        functions.push_back({each.name, fmt::format("{}", each.calls), rate("calls " + each.name, each.calls),
                             fmt::format("{}", each.faults), rate("hits " + each.name, each.faults)});
    std::vector<std::vector<std::string>> faults{{"fault", "matched", "fired", "fired/s"}};
    for (const auto& each : sum.faults)
        faults.push_back({report::printable(each.name), fmt::format("{}", each.matched),
                          fmt::format("{}", each.triggered), rate("fault " + each.name, each.triggered)});
    constexpr std::size_t most_events = 8;
    for (const auto& event : feed_.news())
        last_events_.push_back(report::printable(report::one_line(event)));
    if (last_events_.size() > most_events)
        last_events_.erase(last_events_.begin(), last_events_.end() - std::ptrdiff_t{most_events});
    auto text = fmt::format("{} running of {}\n\n{}\n{}", sum.running, report::counted(sum.processes, "process"),
                            report::table(functions, {false, true, true, true, true}),
                            report::table(faults, {false, true, true, true}));
    for (const auto& event : last_events_)
        text += "\n" + event;
    return text + "\n";
}

std::string metrics_of(const LiveRun& run)
{
    const auto sum = report::sum(run.records());
    std::string text;
    const auto head = [&](std::string_view name, std::string_view kind, std::string_view help) {
        text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
    };
    head("faultline_processes", "gauge", "Processes of the run that are alive.");
    text += fmt::format("faultline_processes {}\n", sum.running);
    head("faultline_generation", "gauge", "The plan in force, counted in changes.");
    text += fmt::format("faultline_generation {}\n", run.force().generation);
    head("faultline_calls_total", "counter", "Calls of functions that some fault names.");
    for (const auto& each : sum.functions)
        text += fmt::format("faultline_calls_total{{function=\"{}\"}} {}\n", label(each.name), each.calls);
    head("faultline_matches_total", "counter", "Calls that a fault's selectors matched.");
    for (const auto& each : sum.faults)
        text += fmt::format("faultline_matches_total{{fault=\"{}\",type=\"{}\"}} {}\n", label(each.name),
                            label(each.type), each.matched);
    head("faultline_faults_total", "counter", "Calls that a fault struck.");
    for (const auto& each : sum.faults)
        text += fmt::format("faultline_faults_total{{fault=\"{}\",type=\"{}\"}} {}\n", label(each.name),
                            label(each.type), each.triggered);
    return text;
}

} // namespace faultline::control
