#include "cli/records.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace faultline::cli {

namespace {

constexpr int deepest = 32; // of any document of ours; what lies deeper would overflow the stack of whoever prints it

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

void add_ledger(const ledger::Opened& opened, const std::string& path, Records& records)
{
    if (!opened.ledger) {
        records.problems.push_back(fmt::format("{}: {}", path, opened.problem));
        return;
    }
    Record record{.document = {}, .file = path};
    if (parse(opened.ledger->json(ending_now(opened.ledger->header())), record.document))
        records.all.push_back(std::move(record));
    else
        records.problems.push_back(fmt::format("{}: is damaged: its record makes no sense", path));
}

void load_reserve(const std::string& path, Records& records)
{
    const auto reserve = ledger::open_reserve(path);
    if (!reserve.problem.empty()) records.problems.push_back(fmt::format("{}: {}", path, reserve.problem));
    for (const auto& each : reserve.records)
        add_ledger(each, path, records);
    records.unrecorded += reserve.unrecorded;
}

} // namespace

bool parse(std::string_view text, Json& document)
{
    bool too_deep = false;
    const auto watch = [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
    };
    document = Json::parse(text, watch, false);
    return !too_deep && document.is_object();
}

void load(const std::string& path, Records& records)
{
    const auto problem = [&](std::string_view why) { records.problems.push_back(fmt::format("{}: {}", path, why)); };
    if (std::error_code error; std::filesystem::is_directory(path, error)) return problem("is a directory");
    if (ledger::is_reserve(path)) return load_reserve(path, records);
    if (ledger::is_ledger(path) || path.ends_with(".live")) return add_ledger(ledger::open(path), path, records);
    std::ifstream file(path, std::ios::binary);
    if (!file) return problem(std::strerror(errno));
    std::ostringstream content;
    content << file.rdbuf();
    const auto bytes = content.str();
    if (bytes.empty()) return problem("is empty");
    Json document;
    if (!parse(bytes, document)) return problem("is neither a statistics file nor a ledger, or is cut short");
    if (document.contains("processes") && document["processes"].is_array()) {
        for (auto& process : document["processes"])
            if (process.is_object()) records.all.push_back({std::move(process), path});
        return;
    }
    if (!document.contains("process") || !document.contains("stats")) return problem("is not a statistics file");
    records.all.push_back({std::move(document), path});
}

std::string twin(const std::string& ledger)
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

const Json& member(const Json& object, const char* key)
{
    static const Json nothing = Json::object();
    if (!object.is_object()) return nothing;
    const auto found = object.find(key);
    return found != object.end() && found->is_structured() ? *found : nothing;
}

std::uint64_t count(const Json& object, const char* key)
{
    if (!object.is_object()) return 0;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) return 0;
    return found->get<std::uint64_t>();
}

std::string text(const Json& object, const char* key)
{
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string dump(const Json& document) { return document.dump(2, ' ', false, Json::error_handler_t::replace); }

} // namespace faultline::cli
