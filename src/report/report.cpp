#include "report/report.hpp"

#include "report/clean_text.hpp"
#include "report/exploration_files.hpp"
#include "report/exploration_json.hpp"
#include "report/record_json.hpp"
#include "report/sums.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace faultline::report {

namespace {

namespace fs = std::filesystem;

/// A ledger that has become a statistics file stands for that file.
bool is_superseded(const std::string& path)
{
    const auto rendering = statistics_of(path);
    std::error_code error;
    if (rendering.empty() || !fs::exists(rendering, error)) return false;
    const auto opened = ledger::open(path);
    return opened.ledger && opened.ledger->header().state != ledger::State::running;
}

/// Adds the explorations of a report in JSON, or the states that powerloss has checked. False: it is neither.
bool add_explorations(const std::string& path, const Json& document, Report& report)
{
    const auto& explorations = document.member("explorations");
    for (const auto& each : explorations.elements())
        if (auto exploration = exploration_from_json(each)) report.explorations.push_back(std::move(*exploration));
    if (explorations.as<Json::Array>() != nullptr) return true;
    if (document.find("trees") == nullptr || document.find("states") == nullptr) return false;
    if (auto exploration = exploration_from_json(document.member("exploration")))
        report.explorations.push_back(std::move(*exploration));
    else
        report.problems.push_back({Problem::Kind::damaged, path,
                                   "holds no findings of a power cut, or is of another version (faultline powerloss "
                                   "check RECORDING makes it again)"});
    if (const auto& problem = document.member("problem").text(); !problem.empty())
        report.problems.push_back({Problem::Kind::damaged, path, "has no verdict: " + clean_line(problem)});
    return true;
}

/// Whatever of a directory could be a record, in the order of names.
void load_directory(const std::string& path, Report& report)
{
    if (is_exploration(path)) {
        report.explorations.push_back(read_exploration(path, report.problems));
        return;
    }
    std::error_code error;
    std::set<std::string> files;
    for (fs::directory_iterator each(path, error), end; !error && each != end; each.increment(error)) {
        const auto name = each->path().string();
        if (!each->is_regular_file(error)) continue;
        if (name.ends_with(".json") || name.ends_with(".live") || ledger::is_ledger(name) || ledger::is_reserve(name))
            files.insert(name);
    }
    if (error) return report.problems.push_back({Problem::Kind::unreadable, path, error.message()});
    if (files.empty())
        report.problems.push_back(
            {Problem::Kind::unreadable, path,
             fs::exists(path + "/recording/log", error)
                 ? "has a recording and no powerloss.json: it was not searched to the end (faultline powerloss check "
                   "RECORDING does that)"
                 : "is a directory without statistics files, ledgers or an exploration"});
    for (const auto& file : files)
        if (!is_superseded(file)) load(file, report);
}

} // namespace

void load(const std::string& path, Report& report)
{
    std::error_code error;
    const fs::path file(path);
    if (fs::is_directory(file, error)) return load_directory(path, report);
    if (file.filename() == "findings.json" || file.filename() == "journal.jsonl")
        return load_directory(file.has_parent_path() ? file.parent_path().string() : ".", report);
    load(is_superseded(path) ? statistics_of(path) : path, report.runs,
         [&](const Json& document) { return add_explorations(path, document, report); });
}

void settle(Report& report)
{
    std::vector<Exploration> merged;
    for (auto& each : report.explorations) {
        const auto same = std::ranges::find_if(
            merged, [&](const Exploration& other) { return other.command == each.command && other.tool == each.tool; });
        if (same == merged.end()) {
            merged.push_back(std::move(each));
            merged.back().seconds.reset();
        } else {
            merge(*same, std::move(each));
        }
    }
    for (auto& each : merged)
        settle(each);
    report.explorations = std::move(merged);
}

std::vector<Problem> problems_of(const Report& report)
{
    auto all = report.runs.problems;
    all.insert(all.end(), report.problems.begin(), report.problems.end());
    return all;
}

std::optional<std::string> relative_name(const std::string& file, const SourceNames& names)
{
    const auto path = fs::path(file).lexically_normal();
    const auto relative = path.is_absolute() ? path.lexically_relative(fs::path(names.root).lexically_normal()) : path;
    if (relative.empty() || relative == "." || *relative.begin() == "..") return {};
    return relative.string();
}

std::string json_report(const Report& report)
{
    auto document = Json::object();
    document["faultline"] = FAULTLINE_VERSION;
    if (!report.runs.all.empty()) {
        document.append(to_json(sum(report.runs)));
        auto& processes = document["processes"] = Json::array();
        for (const auto& record : report.runs.all)
            processes.push_back(to_json(record));
    }
    if (!report.explorations.empty()) {
        auto& explorations = document["explorations"] = Json::array();
        for (const auto& each : report.explorations)
            explorations.push_back(to_json(each, true));
    }
    return lines(document) + "\n";
}

} // namespace faultline::report
