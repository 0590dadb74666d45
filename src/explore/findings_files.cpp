#include "explore/findings_files.hpp"

#include "explore/stack.hpp"
#include "report/json_document.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>

namespace faultline::explore {

namespace {

using report::Json;

Json stack_of(const std::vector<Frame>& stack)
{
    auto frames = Json::array();
    for (const auto& frame : stack) {
        const auto symbol = symbol_of(frame);
        auto json = Json::object({{"module", frame.module}, {"offset", frame.offset}});
        if (!symbol.function.empty()) json["function"] = symbol.function;
        if (!symbol.file.empty()) {
            json["file"] = symbol.file;
            json["line"] = symbol.line;
        }
        frames.push_back(std::move(json));
    }
    return frames;
}

Json strikes_of(const Point& point)
{
    auto strikes = Json::array();
    for (const auto& strike : point.strikes)
        strikes.push_back(Json::object({{"function", strike.function},
                                        {"site", fmt::format("{:08x}", strike.site)},
                                        {"family", strike.what.family},
                                        {"type", strike.what.type},
                                        {"errno", strike.what.error},
                                        {"match", strike.occurrence},
                                        {"persistence", name_of(strike.persistence)}}));
    return strikes;
}

Json to_json(const Finding& finding, const std::string& name)
{
    auto also = Json::array();
    for (const auto& other : finding.others)
        also.push_back(other.text());
    auto json = Json::object({{"name", name},
                              {"class", name_of(finding.kind)},
                              {"detail", finding.detail},
                              {"key", finding.key},
                              {"known", finding.known},
                              {"point", id_text(finding.point.id())},
                              {"strikes", strikes_of(finding.point)},
                              {"repeated", finding.repeated},
                              {"tried", finding.tried},
                              {"also", std::move(also)}});
    if (finding.site) json["stack"] = stack_of(finding.site->stack);
    if (finding.crash.signal != 0)
        json["crash"] = Json::object({{"signal", fmt::format("SIG{}", sigabbrev_np(finding.crash.signal))},
                                      {"program", finding.crash.program},
                                      {"stack", stack_of(finding.crash.stack)}});
    return json;
}

std::string content(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string shell_line(const std::vector<std::string>& command)
{
    std::string line;
    for (const auto& word : command)
        line += (line.empty() ? "" : " ") + quoted(word);
    return line;
}

std::string repro(const Finding& finding, const Options& options, const std::vector<std::string>& command)
{
    std::string text = fmt::format("#!/bin/sh\n# {}: {}\n# {}\n"
                                   "# Runs the command under plan.toml, in a copy of the directory that it was found "
                                   "in.\n"
                                   "here=$(cd \"$(dirname \"$0\")\" && pwd) || exit 125\n"
                                   "work=$(mktemp -d) || exit 125\n",
                                   name_of(finding.kind), finding.detail, finding.point.text());
    if (!options.work.original.empty())
        text += fmt::format("cp -a {}/. \"$work\" || exit 125\n", quoted(options.work.original));
    text += "cd \"$work\" || exit 125\n"
            "echo \"in $work\" >&2\n"
            "export TZ=UTC LC_ALL=C.UTF-8\n";
    text += fmt::format("exec \"${{FAULTLINE:-faultline}}\" run -c \"$here/plan.toml\" -- {}{}\n", shell_line(command),
                        options.work.surroundings.input.empty() ? "" : " < " + quoted(options.work.surroundings.input));
    return text;
}

std::string stacks(const Finding& finding)
{
    std::string text;
    if (finding.site) {
        text += fmt::format("struck: {} at site {:08x}\n", finding.site->function, finding.site->id);
        for (const auto& frame : finding.site->stack)
            text += fmt::format("  {}\n", long_text_of(frame));
    }
    if (finding.crash.signal != 0) {
        text += fmt::format("killed: {} by SIG{}\n", finding.crash.program, sigabbrev_np(finding.crash.signal));
        for (const auto& frame : finding.crash.stack)
            text += fmt::format("  {}\n", long_text_of(frame));
    }
    return text;
}

bool write(const std::string& path, const std::string& text, mode_t mode = 0644)
{
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    return file.flush() && ::chmod(path.c_str(), mode) == 0;
}

} // namespace

std::set<std::string> read_known(const std::string& path, std::string& problem)
{
    std::set<std::string> keys;
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return keys;
    const auto json = report::parse_json(content(path));
    if (!json || json->find("known") == nullptr)
        problem = fmt::format("{} is no file that --accept has written", path);
    else
        for (const auto& each : json->member("known").elements())
            keys.insert(each.member("key").text());
    return keys;
}

std::string accept(const std::string& path, const std::vector<Finding>& findings)
{
    auto known = Json::array();
    if (const auto before = report::parse_json(content(path)))
        for (const auto& each : before->member("known").elements())
            known.push_back(each);
    for (const auto& finding : findings)
        if (!finding.known)
            known.push_back(
                Json::object({{"key", finding.key}, {"detail", finding.detail}, {"point", finding.point.text()}}));
    const bool written = write(path, report::lines(Json::object({{"known", std::move(known)}})) + "\n");
    return written ? std::string() : fmt::format("{} cannot be written: {}", path, std::strerror(errno));
}

std::vector<std::string> read_absorbed(const std::string& path, std::string& problem)
{
    std::vector<std::string> entries;
    std::ifstream in(path);
    if (!in) problem = fmt::format("{} cannot be read: {}", path, std::strerror(errno));
    for (std::string line; std::getline(in, line);) {
        line = line.substr(0, line.find('#'));
        const auto first = line.find_first_not_of(" \t");
        if (first == std::string::npos) continue;
        entries.push_back(line.substr(first, line.find_last_not_of(" \t") - first + 1));
    }
    return entries;
}

std::string quoted(const std::string& word)
{
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
    std::string result = "'";
    for (const char byte : word)
        result += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
    return result + "'";
}

std::string directory_name(const Summary& summary, std::size_t finding)
{
    std::size_t number = 1;
    for (std::size_t i = 0; i < finding; ++i)
        number += summary.findings[i].kind == summary.findings[finding].kind ? 1 : 0;
    return fmt::format("{}-{}", name_of(summary.findings[finding].kind), number);
}

std::string as_options(const Point& point, bool tree)
{
    std::string text;
    for (const auto& strike : point.strikes) {
        const auto last = strike.persistence == Persistence::once ? fmt::format("{}", strike.occurrence)
                          : strike.persistence == Persistence::twice
                              ? fmt::format("{}..{}", strike.occurrence, strike.occurrence + 1)
                          : strike.persistence == Persistence::thrice
                              ? fmt::format("{}..{}", strike.occurrence, strike.occurrence + 2)
                              : fmt::format("{}..", strike.occurrence);
        text += fmt::format("{}-f {}:{},site={:08x},on={}{}", text.empty() ? "" : " ", strike.function,
                            strike.what.error.empty() ? strike.what.type : strike.what.error, strike.site, last,
                            tree ? ",count=run" : "");
    }
    return text;
}

std::string write_findings(const Summary& summary, const Options& options, const std::vector<std::string>& command,
                           const std::string& directory)
{
    std::error_code error;
    std::filesystem::remove_all(directory + "/findings", error);
    std::filesystem::create_directories(directory + "/findings", error);
    auto runs = Json::object();
    for (const auto& [kind, count] : summary.counts)
        runs[name_of(kind)] = count;
    auto found = Json::array();
    const bool tree = summary.baseline.run.processes > 1;
    for (std::size_t i = 0; i < summary.findings.size(); ++i) {
        const auto& finding = summary.findings[i];
        const auto name = directory_name(summary, i);
        const auto place = fmt::format("{}/findings/{}", directory, name);
        std::filesystem::create_directories(place, error);
        auto plan = plan_of(finding.point, tree, false);
        plan.insert(0, fmt::format("# {}: {}\n# {}\n", name_of(finding.kind), finding.detail, finding.point.text()));
        for (const auto& strike : finding.point.strikes)
            if (strike.call != 0)
                plan +=
                    fmt::format("# where a rebuild has moved the sites: without `site` and with on = {} it strikes the "
                                "same call of {}\n",
                                strike.call, strike.function);
        found.push_back(to_json(finding, name));
        const bool written = write(place + "/plan.toml", plan) &&
                             write(place + "/repro.sh", repro(finding, options, command), 0755) &&
                             write(place + "/stdout", finding.out) && write(place + "/stderr", finding.err) &&
                             write(place + "/stack", stacks(finding)) &&
                             write(place + "/record.json", report::lines(to_json(finding, name)) + "\n");
        if (!written) return fmt::format("{} cannot be written: {}", place, std::strerror(errno));
    }
    const auto json = Json::object({{"faultline", FAULTLINE_VERSION},
                                    {"command", command},
                                    {"points", summary.points},
                                    {"known_points", summary.known_points},
                                    {"sites", summary.sites.size()},
                                    {"seconds", summary.seconds},
                                    {"stopped", summary.stopped},
                                    {"notes", summary.notes},
                                    {"runs", std::move(runs)},
                                    {"findings", std::move(found)}});
    const auto file = directory + "/findings.json";
    if (!write(file, report::lines(json) + "\n"))
        return fmt::format("{} cannot be written: {}", file, std::strerror(errno));
    return {};
}

} // namespace faultline::explore
