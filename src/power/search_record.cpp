// What a search found, in words and in powerloss.json.
#include "power/search.hpp"

#include "power/call_sites.hpp"
#include "power/exploration_of.hpp"
#include "report/exploration_json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace faultline::power {

using door::Did;
using report::Json;

std::string_view operation_call(const door::Recording& recording, std::uint32_t operation)
{
    const auto& call = recording.operations.at(operation).call;
    return call.empty() ? "change of" : std::string_view(call);
}

std::string operation_text(const door::Recording& recording, std::uint32_t operation)
{
    const auto& it = recording.operations.at(operation);
    return fmt::format("#{} {}{}{}", operation + 1, operation_call(recording, operation), it.path.empty() ? "" : " ",
                       it.path);
}

std::string need_text(const door::Recording& recording, const Finding& finding)
{
    if (finding.lost.empty()) {
        if (finding.atomic == never) return "the change must be atomic";
        const auto& path = recording.operations.at(finding.atomic).path;
        const auto place = place_text(stack_of(recording, finding.atomic));
        return fmt::format("{} must be atomic{}", path.empty() ? "the change" : path,
                           place.empty() ? ""
                                         : fmt::format(" (#{} {}, {})", finding.atomic + 1,
                                                       operation_call(recording, finding.atomic), place));
    }
    std::string lost; // all of them together: one that is durable is enough
    for (const auto operation : finding.lost)
        lost += (lost.empty() ? "" : " or ") + placed_text(recording, operation);
    std::string before = "the end";
    if (finding.overtook != never) {
        before = placed_text(recording, finding.overtook);
    } else if (finding.acknowledged_by != never) {
        const auto place = place_text(stack_of(recording, finding.acknowledged_by));
        before = fmt::format("'{}' is said{}", finding.last_acknowledgement,
                             place.empty() ? "" : fmt::format(" ({})", place));
    }
    return fmt::format("{} must be durable before {}", lost, before);
}

std::string fix_text(const door::Recording& recording, const Finding& finding)
{
    if (finding.lost.empty()) return "write the new content to another file, fsync it, and rename it over this one";
    const auto& lost = recording.operations.at(finding.lost.front());
    const auto failed = std::ranges::find_if(
        recording.operations.begin() + finding.lost.front(), recording.operations.end(),
        [&](const door::Operation& later) { return later.did == Did::sync_failed && later.inode == lost.inode; });
    if (failed != recording.operations.end())
        return fmt::format("after the sync of {} that failed (#{}), write it anew and sync that, or give up", lost.path,
                           failed - recording.operations.begin() + 1);
    constexpr Did of_names[] = {Did::create, Did::link, Did::unlink, Did::rename, Did::exchange};
    const bool named = std::ranges::count(of_names, lost.did) != 0;
    const auto before = finding.overtook != never ? fmt::format("before #{}", finding.overtook + 1)
                        : finding.last_acknowledgement.empty()
                            ? std::string("before the end")
                            : fmt::format("before '{}' is said", finding.last_acknowledgement);
    return fmt::format("fsync {}{} after #{} and {}", named ? "the directory of " : "",
                       lost.path.empty() ? "the file" : lost.path, finding.lost.front() + 1, before);
}

namespace {

Json as_json(const State& state)
{
    auto json = Json::object({{"cut", state.cut}, {"lost", Json(state.lost)}, {"early", Json(state.early)}});
    if (state.torn != never) {
        json["torn"] = state.torn;
        json["torn_from"] = state.torn_from;
        json["torn_to"] = state.torn_to;
    }
    return json;
}

std::vector<std::uint32_t> read_numbers(const Json& list)
{
    std::vector<std::uint32_t> values;
    for (const auto& each : list.elements())
        values.push_back(static_cast<std::uint32_t>(each.count()));
    return values;
}

/// Where the operations that a finding is about were called from.
Json::Array calls_of(const door::Recording& recording, const Finding& finding)
{
    auto operations = finding.lost;
    for (const auto operation : {finding.atomic, finding.overtook, finding.acknowledged_by})
        if (operation != never) operations.push_back(operation);
    Json::Array calls;
    for (const auto operation : operations)
        if (const auto stack = stack_of(recording, operation); !stack.empty())
            calls.push_back(Json::object({{"operation", operation + 1}, {"stack", report::to_json(stack)}}));
    return calls;
}

} // namespace

std::string write_summary(const door::Recording& recording, const Request& request, const Summary& summary)
{
    Json::Array findings;
    for (const auto& finding : summary.findings) {
        std::vector<std::string> lost;
        for (const auto operation : finding.lost)
            lost.push_back(operation_text(recording, operation));
        auto json = Json::object({{"class", class_names[static_cast<std::size_t>(finding.kind)]},
                                  {"models", finding.models},
                                  {"lost", Json(lost)},
                                  {"torn", finding.torn},
                                  {"first_cut", finding.first_cut},
                                  {"last_cut", finding.last_cut},
                                  {"last_acknowledgement", finding.last_acknowledgement},
                                  {"reason", finding.reason},
                                  {"need", need_text(recording, finding)},
                                  {"fix", fix_text(recording, finding)},
                                  {"states", Json(finding.states)}});
        if (finding.overtook != never) json["overtook"] = operation_text(recording, finding.overtook);
        json["calls"] = calls_of(recording, finding);
        findings.push_back(std::move(json));
    }
    Json::Array states;
    for (const auto& checked : summary.states) {
        auto json = as_json(checked.state);
        json["class"] = class_names[static_cast<std::size_t>(checked.verdict.kind)];
        json["models"] = checked.models;
        json["acknowledgements"] = checked.acknowledgements;
        json["reason"] = checked.verdict.reason;
        states.push_back(std::move(json));
    }
    Json::Array syncs;
    for (const auto& role : summary.syncs) {
        auto json = Json::object({{"operation", operation_text(recording, role.operation)}, {"models", role.models}});
        if (!role.models.empty()) {
            json["class"] = class_names[static_cast<std::size_t>(role.kind)];
            json["reason"] = role.reason;
        }
        if (const auto stack = stack_of(recording, role.operation); !stack.empty())
            json["stack"] = report::to_json(stack);
        if (role.lost != never) json["lost"] = operation_text(recording, role.lost);
        syncs.push_back(std::move(json));
    }
    auto trees = Json::object();
    for (const auto& [name, count] : summary.trees)
        trees[name] = count;
    auto document = Json::object({{"version", 1},
                                  {"command", recording.command},
                                  {"operations", recording.operations.size()},
                                  {"problem", summary.problem},
                                  {"not_measured", summary.not_measured},
                                  {"trees", trees},
                                  {"findings", findings},
                                  {"states", states},
                                  {"exploration", to_json(exploration_of(recording, request, summary), true)}});
    if (request.mutate_syncs) document["syncs"] = std::move(syncs);
    const auto path = request.output + "/powerloss.json";
    std::ofstream out(path);
    out << report::lines(document) << '\n';
    return out.flush() ? std::string() : path + ": it cannot be written";
}

State read_state(const std::string& directory, std::size_t number)
{
    const auto path = directory + "/powerloss.json";
    std::ifstream in(path);
    const auto document = report::parse_json(std::string(std::istreambuf_iterator<char>(in), {}));
    if (!document) throw std::runtime_error(path + ": it is not there, or no JSON (powerloss writes it)");
    const auto& states = document->member("states").elements();
    if (number >= states.size())
        throw std::runtime_error(fmt::format("{}: there is no state {} (there are {})", path, number, states.size()));
    const auto& json = states[number];
    State state{.cut = static_cast<std::uint32_t>(json.member("cut").count())};
    state.lost = read_numbers(json.member("lost"));
    state.early = read_numbers(json.member("early"));
    if (const auto* torn = json.find("torn"); torn != nullptr) {
        state.torn = static_cast<std::uint32_t>(torn->count());
        state.torn_from = json.member("torn_from").count();
        state.torn_to = json.member("torn_to").count();
    }
    return state;
}

} // namespace faultline::power
