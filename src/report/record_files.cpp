#include "report/record_files.hpp"

#include "report/record_json.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace faultline::report {

namespace {

std::int64_t now(clockid_t clock)
{
    timespec time = {};
    ::clock_gettime(clock, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

/// When a process began, as CLOCK_REALTIME in ns; 0 where that is not known.
std::int64_t began(int pid)
{
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    std::string line;
    std::getline(file, line);
    const auto name_end = line.rfind(')'); // the name may hold anything, also blanks and parentheses
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i)
        fields >> field;
    const auto ticks = std::strtoll(field.c_str(), nullptr, 10);
    return now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME) + ticks * (1'000'000'000 / ::sysconf(_SC_CLK_TCK));
}

void add_ledger(ledger::Opened opened, const std::string& path, const plan::Plan* plan, Records& records)
{
    if (opened.ledger && plan != nullptr) opened.ledger->bring_up_to(*plan);
    if (!opened.ledger) {
        records.problems.push_back({Problem::Kind::damaged, path, opened.problem});
        return;
    }
    if (auto record = record_of(*opened.ledger, ending_now(opened.ledger->header()))) {
        record->file = path;
        records.all.push_back(std::move(*record));
    } else {
        records.problems.push_back({Problem::Kind::damaged, path, "is damaged: its record makes no sense"});
    }
}

void load_reserve(const std::string& path, const plan::Plan* plan, Records& records)
{
    auto reserve = ledger::open_reserve(path);
    if (!reserve.problem.empty()) records.problems.push_back({Problem::Kind::damaged, path, reserve.problem});
    for (auto& each : reserve.records)
        add_ledger(std::move(each), path, plan, records);
    records.unrecorded += reserve.unrecorded;
}

} // namespace

std::string words(const Problem& problem) { return fmt::format("{}: {}", problem.file, problem.text); }

std::optional<Record> record_of(const ledger::Copy& ledger, const ledger::Ending& ending, std::string* text)
{
    auto rendered = ledger.json(ending);
    const auto document = parse_json(rendered);
    if (!document || document->as<Json::Object>() == nullptr) return {};
    if (text != nullptr) *text = std::move(rendered);
    return from_json(*document);
}

void load(const std::string& path, Records& records, const std::function<bool(const Json&)>& others,
          const plan::Plan* plan)
{
    const auto problem = [&](Problem::Kind kind, std::string why) {
        records.problems.push_back({kind, path, std::move(why)});
    };
    using enum Problem::Kind;
    if (std::error_code error; std::filesystem::is_directory(path, error)) return problem(unreadable, "is a directory");
    if (ledger::is_reserve(path)) return load_reserve(path, plan, records);
    if (ledger::is_ledger(path) || path.ends_with(".live")) return add_ledger(ledger::open(path), path, plan, records);
    std::ifstream file(path, std::ios::binary);
    if (!file) return problem(unreadable, std::strerror(errno));
    std::ostringstream content;
    content << file.rdbuf();
    const auto bytes = content.str();
    if (bytes.empty()) return problem(damaged, "is empty");
    const auto document = parse_json(bytes);
    if (!document || document->as<Json::Object>() == nullptr)
        return problem(damaged, "is neither a statistics file nor a ledger, or is cut short");
    const bool is_known = others && others(*document);
    const auto add = [&](const Json& process) {
        auto& record = records.all.emplace_back(from_json(process));
        record.file = path;
    };
    if (const auto& processes = document->member("processes"); processes.as<Json::Array>() != nullptr) {
        for (const auto& process : processes.elements())
            if (process.as<Json::Object>() != nullptr) add(process);
        return;
    }
    if (is_known) return;
    if (document->find("process") == nullptr || document->find("stats") == nullptr)
        return problem(damaged, "is not a statistics file");
    add(*document);
}

std::string statistics_of(const std::string& ledger)
{
    constexpr std::string_view suffix = ".live";
    return ledger.ends_with(suffix) ? ledger.substr(0, ledger.size() - suffix.size()) : std::string();
}

bool lives(const ledger::Header& header)
{
    if (header.pid <= 0 || (::kill(header.pid, 0) != 0 && errno != EPERM)) return false;
    constexpr std::int64_t tolerance = 2;
    return began(header.pid) / 1'000'000'000 <= header.started_s + tolerance;
}

ledger::Ending ending_now(const ledger::Header& header)
{
    const bool over = header.state != ledger::State::running || header.exit_status != ledger::unknown_status;
    if (over) return {};
    if (lives(header)) return {.exit = {}, .monotonic_ns = now(CLOCK_MONOTONIC)};
    return {.exit = "killed", .monotonic_ns = 0};
}

} // namespace faultline::report
