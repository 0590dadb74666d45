#include "report/exploration_files.hpp"

#include "report/clean_text.hpp"
#include "report/exploration_json.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>

namespace faultline::report {

namespace {

namespace fs = std::filesystem;
using enum Problem::Kind;

constexpr const char* power_file = "/power/powerloss.json";

std::optional<std::string> content(const std::string& path)
{
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return {}; // a pipe could be waited for for ever
    std::ifstream in(path, std::ios::binary);
    if (!in) return {};
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string text_in(const std::string& path) { return clean(content(path).value_or("")); }

void read_journal(const std::string& path, Exploration& exploration, std::vector<Problem>& problems)
{
    const auto text = content(path);
    if (!text) {
        problems.push_back({unreadable, path, "cannot be read: which points were tried is not known"});
        return;
    }
    std::istringstream in(*text);
    std::size_t number = 0, bad = 0, first_bad = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        const auto json = parse_json(line);
        auto point = json ? point_from_json(*json) : std::nullopt;
        if (point)
            exploration.points.push_back(std::move(*point));
        else if (bad++ == 0)
            first_bad = number;
    }
    if (bad != 0)
        problems.push_back({damaged, path,
                            fmt::format("line {} is no point of an exploration, or is cut short{}: left out", first_bad,
                                        bad == 1 ? "" : fmt::format(", and {} more", bad - 1))});
}

/// States of disks after power cuts are points too, and lie in a file of their own.
void read_power(const std::string& path, Exploration& exploration, std::vector<Problem>& problems)
{
    const auto text = content(path);
    if (!text) return; // they were not asked for
    const auto json = parse_json(*text);
    auto power = json ? exploration_from_json(json->member("exploration")) : std::nullopt;
    if (!power)
        problems.push_back({damaged, path, "holds no states of a power cut, or is cut short: they are left out"});
    else
        exploration.points.insert(exploration.points.end(), power->points.begin(), power->points.end());
}

/// What stands in a finding's own directory. Its name comes from a file that anybody may have written.
void read_files(const std::string& findings, Finding& finding, std::vector<Problem>& problems)
{
    const auto& name = finding.name;
    const bool is_name = !name.empty() && !name.starts_with('.') && name.find('/') == std::string::npos;
    const auto place = findings + "/" + finding.name;
    std::error_code error;
    if (!is_name || !fs::is_directory(place, error)) {
        problems.push_back({unreadable, place, "is missing: the finding has no plan and no outputs here"});
        return;
    }
    finding.plan = text_in(place + "/plan.toml");
    finding.out = text_in(place + "/stdout");
    finding.err = text_in(place + "/stderr");
}

/// What can be said of an exploration that has not come to its end, or not well: each key of the journal is a finding
/// that was seen once.
Exploration from_journal(const std::string& directory, std::vector<Problem>& problems)
{
    Exploration exploration;
    exploration.command = {clean_line(directory)};
    read_journal(directory + "/journal.jsonl", exploration, problems);
    read_power(directory + power_file, exploration, problems);
    for (const auto& point : exploration.points) {
        if (point.key.empty()) continue;
        auto& finding = exploration.findings.emplace_back();
        finding.outcome = point.outcome;
        finding.detail = point.detail;
        finding.key = point.key;
        finding.point = point.id;
        finding.strikes = point.strikes;
    }
    return exploration;
}

} // namespace

bool is_exploration(const std::string& directory)
{
    std::error_code error;
    return fs::exists(directory + "/findings.json", error) || fs::exists(directory + "/journal.jsonl", error);
}

Exploration read_exploration(const std::string& directory, std::vector<Problem>& problems)
{
    const auto file = directory + "/findings.json";
    const auto text = content(file);
    const auto json = text ? parse_json(*text) : std::nullopt;
    auto exploration = json ? exploration_from_json(*json) : std::nullopt;
    if (!exploration) {
        if (text)
            problems.push_back({damaged, file,
                                "holds no findings of an exploration, or is cut short; what the journal holds is "
                                "reported"});
        else
            problems.push_back(
                {unreadable, file,
                 "cannot be read: an exploration writes it at its end; what the journal holds is reported "
                 "(faultline explore --resume goes on with one that was stopped)"});
        return from_journal(directory, problems);
    }
    read_journal(directory + "/journal.jsonl", *exploration, problems);
    read_power(directory + power_file, *exploration, problems);
    for (auto& finding : exploration->findings)
        read_files(directory + "/findings", finding, problems);
    exploration->out = text_in(directory + "/baseline/stdout");
    exploration->err = text_in(directory + "/baseline/stderr");
    return std::move(*exploration);
}

} // namespace faultline::report
