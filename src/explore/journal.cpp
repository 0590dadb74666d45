#include "explore/journal.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace faultline::explore {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Point& point)
{
    Json strikes = Json::array();
    for (const auto& strike : point.strikes)
        strikes.push_back({{"function", strike.function},
                           {"site", strike.site},
                           {"family", strike.what.family},
                           {"type", strike.what.type},
                           {"errno", strike.what.error},
                           {"match", strike.occurrence},
                           {"persistence", static_cast<int>(strike.persistence)},
                           {"call", strike.call}});
    return strikes;
}

Point to_point(const Json& json)
{
    Point point;
    for (const auto& each : json) {
        Strike strike;
        strike.function = each.at("function").get<std::string>();
        strike.site = each.at("site").get<std::uint32_t>();
        strike.what = {each.at("family").get<std::string>(), each.at("type").get<std::string>(),
                       each.at("errno").get<std::string>()};
        strike.occurrence = each.at("match").get<std::uint64_t>();
        strike.persistence = static_cast<Persistence>(std::min(each.at("persistence").get<unsigned>(), 3U));
        strike.call = each.at("call").get<std::uint64_t>();
        point.strikes.push_back(std::move(strike));
    }
    return point;
}

} // namespace

Journal::~Journal()
{
    if (fd_ >= 0) ::close(fd_);
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

void Journal::append(const Line& line)
{
    const Json json{{"point", id_text(line.id)},     {"class", name_of(line.outcome.kind)},
                    {"detail", line.outcome.detail}, {"strikes", to_json(line.point)},
                    {"status", line.end.status},     {"timed_out", line.end.timed_out},
                    {"seconds", line.end.seconds},   {"cpu_seconds", line.end.cpu_seconds},
                    {"matched", line.matched},       {"key", line.key}};
    const auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    static_cast<void>(::write(fd_, text.data(), text.size()));
    ::fdatasync(fd_);
}

std::vector<Line> Journal::read(const std::string& path, std::size_t& unreadable)
{
    std::vector<Line> lines;
    std::ifstream in(path);
    std::string text;
    while (std::getline(in, text)) {
        try {
            const auto json = Json::parse(text);
            auto& line = lines.emplace_back();
            line.point = to_point(json.at("strikes"));
            line.id = line.point.id();
            const auto kind = class_named(json.at("class").get<std::string>());
            if (!kind || id_text(line.id) != json.at("point").get<std::string>())
                throw Json::other_error::create(0, "", nullptr);
            line.outcome = {*kind, json.at("detail").get<std::string>()};
            line.end.status = json.at("status").get<int>();
            line.end.timed_out = json.at("timed_out").get<bool>();
            line.end.seconds = json.at("seconds").get<double>();
            line.end.cpu_seconds = json.at("cpu_seconds").get<double>();
            line.matched = json.at("matched").get<std::uint64_t>();
            line.key = json.at("key").get<std::string>();
        } catch (const Json::exception&) {
            ++unreadable;
            lines.pop_back();
        }
    }
    return lines;
}

} // namespace faultline::explore
