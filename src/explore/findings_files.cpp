#include "explore/findings_files.hpp"

#include "report/clean_text.hpp"
#include "report/exploration_json.hpp"
#include "report/stack.hpp"
#include "report/text_file.hpp"
#include "run/shell_words.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>

namespace faultline::explore {

namespace {

using report::Json, report::clean, report::clean_line;

/// The faults of a point as options of `faultline run`.
std::string as_options(const Point& point, bool tree)
{
    std::string text;
    int number = 0;
    for (const auto& strike : point.strikes) {
        ++number;
        text += fmt::format("{}-f {}:{},site={:08x},on={}{}", text.empty() ? "" : " ", strike.function,
                            strike.what.error.empty() ? strike.what.type : strike.what.error, strike.site,
                            matches(strike), tree ? ",count=run" : "");
        if (strike.persistence == Persistence::everywhere)
            text += fmt::format(",name=strike-{0} -f '{2}:{1},after_fault=strike-{0}'", number, strike.what.error,
                                fmt::join(spreads_to(strike.what.error), ","));
    }
    return text;
}

std::string_view door_option(const Options& options) { return options.through_door ? "--door kernel " : ""; }

std::string plan_text(const Finding& finding, bool tree)
{
    auto plan = plan_of(finding.point, tree, false);
    plan.insert(
        0, fmt::format("# {}: {}\n# {}\n", name_of(finding.kind), clean_line(finding.detail), finding.point.text()));
    for (const auto& strike : finding.point.strikes)
        if (strike.call != 0)
            plan += fmt::format("# where a rebuild has moved the sites: without `site` and with on = {} it strikes the "
                                "same call of {}\n",
                                strike.call, strike.function);
    return plan;
}

report::Finding as_record(const Finding& finding, const Options& options, const std::vector<std::string>& command,
                          bool tree)
{
    report::Finding record;
    record.outcome = finding.kind;
    record.detail = clean_line(finding.detail);
    record.key = clean_line(finding.key);
    record.point = id_text(finding.point.id());
    record.strikes = as_record(finding.point);
    for (const auto& other : finding.others)
        record.also.push_back(other.text());
    record.repeated = static_cast<std::uint64_t>(finding.repeated);
    record.tried = static_cast<std::uint64_t>(finding.tried);
    record.known = finding.known;
    if (finding.site) record.stack = described_stack(finding.site->stack);
    if (finding.crash.signal != 0)
        record.crash = report::Crash{fmt::format("SIG{}", sigabbrev_np(finding.crash.signal)),
                                     clean_line(finding.crash.program), described_stack(finding.crash.stack)};
    record.plan = plan_text(finding, tree);
    record.repro = fmt::format("faultline run {}{} -- {}", door_option(options), as_options(finding.point, tree),
                               clean_line(run::shell_line(command)));
    record.out = clean(finding.out);
    record.err = clean(finding.err);
    return record;
}

std::string repro(const report::Finding& finding, const Options& options, const std::vector<std::string>& command)
{
    std::string text = fmt::format("#!/bin/sh\n# {}: {}\n# {}\n"
                                   "# Runs the command again, in a copy of the directory that it was found in.\n"
                                   "here=$(cd \"$(dirname \"$0\")\" && pwd) || exit 125\n"
                                   "work=$(mktemp -d) || exit 125\n",
                                   name_of(finding.outcome), finding.detail, report::words(finding.strikes));
    if (!options.work.original.empty())
        text += fmt::format("cp -a {}/. \"$work\" || exit 125\n", run::shell_word(options.work.original));
    text += "cd \"$work\" || exit 125\n"
            "echo \"in $work\" >&2\n"
            "export TZ=UTC LC_ALL=C.UTF-8\n";
    const auto input =
        options.work.surroundings.input.empty() ? "" : " < " + run::shell_word(options.work.surroundings.input);
    // Of a power cut: the search itself, of the model in which it fails.
    constexpr std::string_view ours = "faultline ";
    const auto words = finding.plan.empty() ? finding.repro.substr(ours.size())
                                            : fmt::format("run {}-c \"$here/plan.toml\" -- {}", door_option(options),
                                                          run::shell_line(command));
    return text + fmt::format("exec \"${{FAULTLINE:-faultline}}\" {}{}\n", words, input);
}

std::string stacks(const report::Finding& finding)
{
    std::string text;
    const auto add = [&text](const std::vector<report::Frame>& stack) {
        for (const auto& frame : stack)
            text += fmt::format("  {}\n", report::words(frame, true));
    };
    if (!finding.stack.empty()) {
        const auto& strike = finding.strikes.back();
        text += fmt::format("struck: {} at site {}\n", strike.function, strike.site);
        add(finding.stack);
    }
    if (finding.crash) {
        text += fmt::format("killed: {} by {}\n", finding.crash->program, finding.crash->signal);
        add(finding.crash->stack);
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
    const auto json = report::parse_json(report::content_of(path));
    if (!json || json->find("known") == nullptr)
        problem = fmt::format("{} is no file that --accept has written", path);
    else
        for (const auto& each : json->member("known").elements())
            keys.insert(each.member("key").text());
    return keys;
}

std::string accept(const std::string& path, const std::vector<report::Finding>& findings)
{
    auto known = Json::array();
    if (const auto before = report::parse_json(report::content_of(path)))
        for (const auto& each : before->member("known").elements())
            known.push_back(each);
    for (const auto& finding : findings)
        if (!finding.known)
            known.push_back(Json::object(
                {{"key", finding.key}, {"detail", finding.detail}, {"point", report::words(finding.strikes)}}));
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

report::Exploration as_record(const Summary& summary, const Options& options, const std::vector<std::string>& command)
{
    report::Exploration record;
    record.version = FAULTLINE_VERSION;
    for (const auto& word : command)
        record.command.push_back(clean_line(word));
    const bool tree = summary.baseline.run.processes > 1;
    for (const auto& finding : summary.findings)
        record.findings.push_back(as_record(finding, options, command, tree));
    record.points = summary.runs;
    for (auto& point : record.points) {
        point.detail = clean_line(point.detail);
        point.key = clean_line(point.key);
    }
    for (const auto& site : summary.sites) {
        const auto own = own_frames(site.stack, 1);
        record.places.push_back({site.function, fmt::format("{:08x}", site.id), site.calls,
                                 own.empty() ? report::Frame() : described(own.front()),
                                 !tries_of(site.function, options.families, options.through_door).empty()});
    }
    record.known_points = summary.known_points;
    record.pairs = summary.pairs;
    for (const auto& note : summary.notes)
        record.notes.push_back(clean_line(note));
    if (!summary.stopped.empty()) record.stopped.push_back(summary.stopped);
    record.out = clean(summary.baseline.run.out);
    record.err = clean(summary.baseline.run.err);
    const auto points = record.known_points + summary.power.known_points;
    const auto pairs = record.pairs + summary.power.pairs;
    report::merge(record, summary.power);
    record.known_points = points;
    record.pairs = pairs;
    record.seconds = summary.seconds;
    report::settle(record);
    return record;
}

std::string write_findings(const report::Exploration& record, const Summary& summary, const Options& options,
                           const std::vector<std::string>& command)
{
    const auto& directory = options.output;
    std::error_code error;
    std::filesystem::remove_all(directory + "/findings", error);
    std::filesystem::create_directories(directory + "/findings", error);
    std::filesystem::create_directories(directory + "/baseline", error);
    const auto cannot = [](const std::string& path) {
        return fmt::format("{} cannot be written: {}", path, std::strerror(errno));
    };
    const auto& base = summary.baseline.run;
    if (!write(directory + "/baseline/stdout", base.out) || !write(directory + "/baseline/stderr", base.err))
        return cannot(directory + "/baseline");
    for (const auto& finding : record.findings) {
        const auto place = fmt::format("{}/findings/{}", directory, finding.name);
        std::filesystem::create_directories(place, error);
        const auto found =
            std::ranges::find(summary.findings, finding.key, [](const Finding& each) { return clean_line(each.key); });
        const bool of_a_run = found != summary.findings.end(); // and not of a disk
        const bool written =
            (!of_a_run || (write(place + "/plan.toml", finding.plan) && write(place + "/stdout", found->out) &&
                           write(place + "/stderr", found->err) && write(place + "/stack", stacks(finding)))) &&
            write(place + "/repro.sh", repro(finding, options, command), 0755) &&
            write(place + "/record.json", report::lines(report::to_json(finding)) + "\n");
        if (!written) return cannot(place);
    }
    const auto file = directory + "/findings.json";
    return write(file, report::lines(report::to_json(record, false)) + "\n") ? std::string() : cannot(file);
}

std::string left_undone(const std::string& directory)
{
    const auto json = report::parse_json(report::content_of(directory + "/findings.json"));
    if (!json) return "it left no findings.json";
    const auto& reasons = json->member("stopped").elements();
    return std::ranges::count(reasons, was_interrupted, &Json::text) == 0 ? "" : was_interrupted;
}

} // namespace faultline::explore
