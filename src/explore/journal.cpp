#include "explore/journal.hpp"

#include "report/exploration_json.hpp"
#include "run/whole_file.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

namespace faultline::explore {

namespace {

using report::Json;

/// Nothing where the text is no line of a journal.
std::optional<Line> to_line(std::string_view text)
{
    const auto json = report::parse_json(text);
    if (!json) return {};
    Line line;
    line.point = point_of(report::strikes_from_json(json->member("strikes")));
    const auto kind = class_named(json->member("class").text());
    if (!kind || line.point.strikes.empty()) return {};
    line.id = line.point.id();
    if (id_text(line.id) != json->member("point").text()) return {}; // written by another version
    line.outcome = {*kind, json->member("detail").text()};
    line.end.status = static_cast<int>(json->member("status").integer().value_or(0));
    line.end.timed_out = json->member("timed_out").as<bool>() != nullptr && *json->member("timed_out").as<bool>();
    line.end.seconds = json->member("seconds").number().value_or(0);
    line.end.cpu_seconds = json->member("cpu_seconds").number().value_or(0);
    line.matched = json->member("matched").count();
    line.key = json->member("key").text();
    for (const auto& each : json->member("new_sites").elements()) {
        auto& site = line.new_sites.emplace_back();
        site.function = each.member("function").text();
        site.id = static_cast<std::uint32_t>(each.member("site").count());
        site.calls = each.member("calls").count();
        site.first_call = each.member("first_call").count();
    }
    return line;
}

} // namespace

Journal::~Journal()
{
    if (fd_ < 0) return;
    ::fdatasync(fd_);
    ::close(fd_);
}

std::string Journal::open(const std::string& path, bool resume)
{
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (resume ? 0 : O_TRUNC), 0644);
    if (fd_ < 0) return std::strerror(errno);
    const auto size = ::lseek(fd_, 0, SEEK_END);
    for (auto at = size; at > 0; --at) {
        char byte = 0;
        if (::pread(fd_, &byte, 1, at - 1) != 1) return std::strerror(errno);
        if (byte != '\n') continue;
        if (at != size && ::ftruncate(fd_, at) != 0) return std::strerror(errno);
        return {};
    }
    if (size > 0 && ::ftruncate(fd_, 0) != 0) return std::strerror(errno);
    return {};
}

std::string Journal::append(const Line& line)
{
    // A kill of ours loses nothing that was written; what a power cut may take, the runs of a moment, is soon made again.
    constexpr std::chrono::milliseconds moment{100};
    const auto now = Clock::now();
    const bool sync = now - synced_ >= moment;
    if (sync) synced_ = now;
    auto json = Json::object({{"point", id_text(line.id)},
                              {"class", name_of(line.outcome.kind)},
                              {"detail", line.outcome.detail},
                              {"strikes", report::to_json(as_record(line.point))},
                              {"status", line.end.status},
                              {"timed_out", line.end.timed_out},
                              {"seconds", line.end.seconds},
                              {"cpu_seconds", line.end.cpu_seconds},
                              {"matched", line.matched},
                              {"key", line.key}});
    if (!line.new_sites.empty()) {
        auto& sites = json["new_sites"] = Json::array();
        for (const auto& site : line.new_sites)
            sites.push_back(Json::object({{"function", site.function},
                                          {"site", site.id},
                                          {"calls", site.calls},
                                          {"first_call", site.first_call}}));
    }
    const auto text = report::one_line(json) + "\n";
    // Half a line that was written before the disk was full is cut off when the journal is opened again.
    if (run::append_line(fd_, text, sync)) return {};
    return fmt::format("the journal cannot be written: {} (mend that; --resume goes on)", std::strerror(errno));
}

std::vector<Line> Journal::read(const std::string& path, std::size_t& unreadable)
{
    std::vector<Line> lines;
    std::ifstream in(path);
    for (std::string text; std::getline(in, text);) {
        if (auto line = to_line(text))
            lines.push_back(std::move(*line));
        else
            ++unreadable;
    }
    return lines;
}

std::vector<std::string> Journal::add(const std::string& path, std::map<std::uint64_t, Line>& lines)
{
    std::vector<std::string> notes;
    std::size_t unreadable = 0, contradictions = 0;
    for (auto& line : read(path, unreadable)) {
        const auto [known, is_new] = lines.try_emplace(line.id, line);
        if (!is_new && known->second.outcome.kind != line.outcome.kind) ++contradictions;
    }
    if (unreadable != 0) notes.push_back(fmt::format("{} lines of the journal {} cannot be read", unreadable, path));
    if (contradictions != 0)
        notes.push_back(fmt::format("{} points ended otherwise in {} than in the journals before it; what came first "
                                    "counts",
                                    contradictions, path));
    return notes;
}

} // namespace faultline::explore
