#include "report/sums.hpp"

#include "ledger/render.hpp"
#include "report/record_json.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace faultline::report {

namespace {

/// Finds the element of that name, or adds it at the end.
template <class Named>
Named& named(std::vector<Named>& all, const std::string& name)
{
    const auto found = std::ranges::find(all, name, &Named::name);
    if (found != all.end()) return *found;
    all.emplace_back().name = name;
    return all.back();
}

void add(Sum& sum, const Record& record)
{
    ++sum.processes;
    if (record.exit.how == Exit::How::running) ++sum.running;
    sum.calls += record.calls;
    sum.triggered += record.triggered;
    sum.skipped += record.skipped;
    sum.events_dropped += record.events_dropped;
    for (const auto& each : record.faults) {
        auto& fault = named(sum.faults, each.name);
        fault.type = each.type;
        fault.matched += each.matched;
        fault.triggered += each.triggered;
        fault.enabled = each.enabled;
        fault.awaited = fault.awaited || each.awaited;
        for (const auto& [error, number] : each.errors)
            fault.errors[error] += number;
    }
    for (const auto& each : record.functions) {
        auto& function = named(sum.functions, each.name);
        function.calls += each.calls;
        function.faults += each.faults;
    }
    for (const auto& warning : record.warnings) {
        ++sum.warnings[warning];
        sum.complete = sum.complete && warning != ledger::child_unrecorded_text;
    }
}

} // namespace

Sum sum(const Records& records)
{
    Sum sum;
    for (const auto& record : records.all)
        add(sum, record);
    if (records.unrecorded != 0) {
        sum.complete = false;
        sum.warnings[fmt::format("{} could keep no record: what they did, and what struck them, is counted nowhere",
                                 counted(records.unrecorded, "process"))] = 1;
    }
    return sum;
}

std::string unmet(const Sum& sum, const std::string& fault)
{
    return sum.complete ? never_matched(fault, sum.running != 0)
                        : fmt::format("fault '{}' matched nothing that is on record", fault);
}

Json to_json(const Sum& sum)
{
    Json document = Json::object();
    document["stats"] = Json::object({{"processes", sum.processes},
                                      {"calls_intercepted", sum.calls},
                                      {"faults_triggered", sum.triggered},
                                      {"faults_skipped", sum.skipped},
                                      {"trigger_rate", rate(sum.triggered, sum.calls)}});
    auto& functions = document["functions"] = Json::object();
    for (const auto& function : sum.functions)
        functions[function.name] = Json::object({{"calls", function.calls}, {"faults", function.faults}});
    auto& faults = document["faults"] = Json::object();
    auto& warnings = document["warnings"] = Json::array();
    for (const auto& fault : sum.faults) {
        auto& counts = faults[fault.name] = Json::object({{"type", fault.type}});
        if (!fault.enabled) counts["enabled"] = false;
        counts["matched"] = fault.matched;
        counts["triggered"] = fault.triggered;
        counts["skipped"] = fault.matched - std::min(fault.matched, fault.triggered);
        auto& errors = counts["errors"] = Json::object();
        for (const auto& [error, number] : fault.errors)
            errors[error] = number;
        if (fault.awaited && fault.matched == 0)
            warnings.push_back(sum.complete ? never_matched(fault.name, false) : unmet(sum, fault.name));
    }
    for (const auto& [warning, processes] : sum.warnings)
        warnings.push_back(warning);
    return document;
}

} // namespace faultline::report
