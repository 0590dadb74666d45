#include "report/tables.hpp"

#include "report/record_json.hpp"
#include "report/terminal.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace faultline::report {

namespace {

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
        if (fault.awaited && fault.matched == 0) result += warning_line(unmet(sum, printable(fault.name)), colour);
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

std::string trace_table(const std::vector<Record>& records)
{
    struct Traced {
        std::string function;
        std::uint64_t calls = 0;
        std::set<std::string> sites;
    };
    std::vector<Traced> all;
    bool traces = false;
    for (const auto& record : records) {
        traces = traces || record.sites;
        for (const auto& site : record.sites.value_or(std::vector<TracedSite>())) {
            auto found = std::ranges::find(all, site.function, &Traced::function);
            if (found == all.end()) found = all.insert(all.end(), {site.function, 0, {}});
            found->calls += site.calls;
            found->sites.insert(site.site);
        }
    }
    if (!traces) return {};
    std::vector<std::vector<std::string>> rows{{"  FUNCTION", "CALLS", "SITES"}};
    for (const auto& each : all)
        rows.push_back(
            {"  " + printable(each.function), std::to_string(each.calls), std::to_string(each.sites.size())});
    return table(rows, {false, true, true});
}

std::string process_table(const std::vector<Record>& records)
{
    std::vector<std::vector<std::string>> rows{
        {"  PROCESS", "PID", "LINEAGE", "EXIT", "SECONDS", "CALLS", "FAULTS", "SEED"}};
    for (const auto& record : records)
        rows.push_back({"  " + printable(record.program), std::to_string(record.pid), printable(record.lineage),
                        printable(words(record.exit)), record.seconds ? fmt::format("{:.3f}", *record.seconds) : "-",
                        std::to_string(record.calls), std::to_string(record.triggered), std::to_string(record.seed)});
    return table(rows, {false, true, false, false, true, true, true, true});
}

std::string event_table(const std::vector<Record>& records)
{
    std::vector<std::vector<std::string>> rows{{"  TIME", "THREAD", "FAULT", "FUNCTION", "CALL", "MATCH", "WHAT"}};
    for (const auto& record : records) {
        for (const auto& event : record.events) {
            std::string what;
            for (const auto& [key, value] : details(event))
                what += fmt::format("{}{}={}", what.empty() ? "" : " ", printable(key), printable(value));
            rows.push_back({event.time ? fmt::format("  {:.6f}", *event.time) : "  -", printable(event.thread),
                            printable(event.fault), printable(event.function), std::to_string(event.call),
                            std::to_string(event.match), std::move(what)});
        }
    }
    return rows.size() == 1 ? std::string() : table(rows, {true, false, false, false, true, true, false});
}

} // namespace faultline::report
