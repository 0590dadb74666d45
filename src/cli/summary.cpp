#include "cli/summary.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace faultline::cli {

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

/// The fault that a warning says has not matched; empty for any other warning.
std::string unmatched(const std::string& warning)
{
    constexpr std::string_view lead = "fault '";
    auto end = warning.rfind("' never matched");
    if (end == std::string::npos) end = warning.rfind("' has not matched yet");
    if (!warning.starts_with(lead) || end == std::string::npos || end < lead.size()) return {};
    return warning.substr(lead.size(), end - lead.size());
}

void add(Sum& sum, const Json& document)
{
    const auto& stats = member(document, "stats");
    ++sum.processes;
    if (text(member(document, "process"), "exit") == "running") ++sum.running;
    sum.calls += count(stats, "calls_intercepted");
    sum.triggered += count(stats, "faults_triggered");
    sum.skipped += count(stats, "faults_skipped");
    sum.events_dropped += count(document, "events_dropped");
    for (const auto& [name, counts] : member(document, "faults").items()) {
        auto& fault = named(sum.faults, name);
        fault.type = text(counts, "type");
        fault.matched += count(counts, "matched");
        fault.triggered += count(counts, "triggered");
        fault.enabled = !(counts.is_object() && counts.contains("enabled") && counts["enabled"] == false);
        for (const auto& [error, number] : member(counts, "errors").items())
            if (number.is_number_unsigned()) fault.errors[error] += number.get<std::uint64_t>();
    }
    for (const auto& [name, counts] : member(document, "functions").items()) {
        auto& function = named(sum.functions, name);
        function.calls += count(counts, "calls");
        function.faults += count(counts, "faults");
    }
    for (const auto& warning : member(document, "warnings")) {
        if (!warning.is_string()) continue;
        const auto words = warning.get<std::string>();
        sum.complete = sum.complete && words != ledger::child_unrecorded_text;
        if (const auto name = unmatched(words); name.empty())
            ++sum.warnings[words];
        else
            named(sum.faults, name).awaited = true;
    }
}

/// What is known of a fault that no record has a match of.
std::string_view unmet(const Sum& sum)
{
    if (!sum.complete) return "matched nothing that is on record";
    return sum.running == 0 ? "never matched" : "has not matched yet";
}

double rate(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0) return 0;
    return std::round(1000.0 * static_cast<double>(part) / static_cast<double>(whole)) / 10.0;
}

std::string errors_of(const FaultSum& fault)
{
    std::vector<std::pair<std::string, std::uint64_t>> errors(fault.errors.begin(), fault.errors.end());
    std::ranges::stable_sort(errors, std::greater<>{}, [](const auto& error) { return error.second; });
    constexpr std::size_t most = 5;
    std::string line;
    for (std::size_t i = 0; i < std::min(errors.size(), most); ++i)
        line += fmt::format("{}{} {}", line.empty() ? "" : ", ", printable(errors[i].first), errors[i].second);
    if (errors.size() > most) line += fmt::format(", and {} more", errors.size() - most);
    return line;
}

std::string warning_line(std::string_view text, bool colour)
{
    return fmt::format("  {}warning: {}{}\n", colour ? "\x1b[33m" : "", text, colour ? "\x1b[0m" : "");
}

} // namespace

Sum sum(const Records& records)
{
    Sum sum;
    for (const auto& record : records.all)
        add(sum, record.document);
    if (records.unrecorded != 0) {
        sum.complete = false;
        sum.warnings[fmt::format("{} could keep no record: what they did, and what struck them, is counted nowhere",
                                 counted(records.unrecorded, "process"))] = 1;
    }
    return sum;
}

Json to_json(const Sum& sum)
{
    Json document = Json::object();
    document["stats"] = {{"processes", sum.processes},
                         {"calls_intercepted", sum.calls},
                         {"faults_triggered", sum.triggered},
                         {"faults_skipped", sum.skipped},
                         {"trigger_rate", rate(sum.triggered, sum.calls)}};
    auto& functions = document["functions"] = Json::object();
    for (const auto& function : sum.functions)
        functions[function.name] = {{"calls", function.calls}, {"faults", function.faults}};
    auto& faults = document["faults"] = Json::object();
    auto& warnings = document["warnings"] = Json::array();
    for (const auto& fault : sum.faults) {
        auto& counts = faults[fault.name] = {{"type", fault.type}};
        if (!fault.enabled) counts["enabled"] = false;
        counts["matched"] = fault.matched;
        counts["triggered"] = fault.triggered;
        counts["skipped"] = fault.matched - std::min(fault.matched, fault.triggered);
        counts["errors"] = fault.errors;
        if (fault.awaited && fault.matched == 0)
            warnings.push_back(fmt::format("fault '{}' {}", fault.name, sum.complete ? "never matched" : unmet(sum)));
    }
    for (const auto& [warning, processes] : sum.warnings)
        warnings.push_back(warning);
    return document;
}

std::string headline(const Sum& sum)
{
    auto line = fmt::format("{} injected into {} of {}", counted(sum.triggered, "fault"), counted(sum.calls, "call"),
                            counted(sum.processes, "process"));
    if (sum.calls != 0) line += fmt::format(" ({})", percentage(sum.triggered, sum.calls));
    if (sum.running != 0) line += fmt::format(", {} still running", sum.running);
    return line;
}

std::string fault_table(const Sum& sum, bool colour)
{
    std::vector<std::vector<std::string>> rows{{"  FAULT", "TYPE", "MATCHED", "TRIGGERED", "RATE", "ERRORS"}};
    for (const auto& fault : sum.faults)
        rows.push_back({"  " + printable(fault.name), printable(fault.type), std::to_string(fault.matched),
                        std::to_string(fault.triggered), percentage(fault.triggered, fault.matched),
                        fault.enabled ? errors_of(fault) : "(not enabled)"});
    const auto lines = table(rows, {false, false, true, true, true, false});

    std::string result;
    std::size_t begin = 0;
    for (std::size_t row = 0; begin < lines.size(); ++row) {
        const auto end = lines.find('\n', begin) + 1;
        const bool bold = colour && row > 0 && row <= sum.faults.size() && sum.faults[row - 1].triggered != 0;
        result += bold ? "\x1b[1m" : "";
        result += lines.substr(begin, end - begin - 1);
        result += bold ? "\x1b[0m\n" : "\n";
        if (row > 0 && row <= sum.faults.size() && !sum.faults[row - 1].text.empty())
            result += fmt::format("      {}\n", printable(sum.faults[row - 1].text));
        begin = end;
    }
    for (const auto& fault : sum.faults)
        if (fault.awaited && fault.matched == 0)
            result += warning_line(fmt::format("fault '{}' {}", printable(fault.name), unmet(sum)), colour);
    for (const auto& [warning, processes] : sum.warnings)
        result +=
            warning_line(processes > 1 ? fmt::format("{} (in {})", printable(warning), counted(processes, "process"))
                                       : printable(warning),
                         colour);
    return result;
}

std::string function_table(const Sum& sum)
{
    std::vector<std::vector<std::string>> rows{{"  FUNCTION", "CALLS", "FAULTS", "RATE"}};
    for (const auto& function : sum.functions)
        rows.push_back({"  " + printable(function.name), std::to_string(function.calls),
                        std::to_string(function.faults), percentage(function.faults, function.calls)});
    return rows.size() == 1 ? std::string() : table(rows, {false, true, true, true});
}

std::string percentage(std::uint64_t part, std::uint64_t whole)
{
    return whole == 0 ? "-" : fmt::format("{:.1f} %", rate(part, whole));
}

} // namespace faultline::cli
