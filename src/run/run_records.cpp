#include "run/run_records.hpp"

#include "ledger/reserve.hpp"
#include "run/control_file.hpp"
#include "run/whole_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::run {

std::vector<Image> images_of(const std::string& directory)
{
    std::vector<Image> images;
    std::set<std::string> known;
    std::ifstream file(directory + "/images");
    for (std::string line; std::getline(file, line);) {
        const auto first = line.find('\t');
        const auto second = line.find('\t', first + 1);
        const auto third = line.find('\t', second + 1);
        if (first == std::string::npos || second == std::string::npos || third == std::string::npos) continue;
        Image image;
        image.pid = static_cast<pid_t>(std::strtol(line.c_str(), nullptr, 10));
        image.ledger = line.substr(second + 1, third - second - 1);
        image.json = line.substr(third + 1);
        for (auto& other : images)
            if (other.pid == image.pid) other.last_of_pid = false;
        if (known.insert(image.json).second) images.push_back(std::move(image));
    }
    return images;
}

namespace {

ledger::Ending ending_of(const Image& image, const ledger::Header& header, const Deaths& deaths, std::string& words)
{
    const auto death = deaths.find(image.pid);
    if (header.state == ledger::State::executed) return {};
    if (death == deaths.end() || !image.last_of_pid) return report::ending_now(header);
    words = ending(death->second.status);
    return {.exit = words, .monotonic_ns = death->second.monotonic_ns};
}

/// Whether the file is our own user's. Only such a file is replaced or removed by the name that the list of images
/// gives: other users of the tree may write to the list.
bool is_ours(const std::string& path)
{
    struct stat status = {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == ::geteuid();
}

/// Where the statistics of a ledger go.
std::string statistics_file(const Image& image, const RunDirectory& directory)
{
    auto beside = report::statistics_of(image.ledger);
    const bool trusted = beside == image.json && is_ours(image.ledger);
    if (trusted || directory.holds(image.ledger)) return beside;
    return fmt::format("{}/{}", directory.path(), std::filesystem::path(beside).filename().string());
}

/// Makes the record of a process that left its ledger. Of one that is dead it becomes the statistics file, unless it is empty.
/// Says whether it is dealt with, so that the ledger may go.
bool settle(const Image& image, ledger::Opened opened, const plan::Plan* plan, const std::string& statistics,
            const Deaths& deaths, RunDirectory& directory, Outcome& outcome)
{
    using enum report::Problem::Kind;
    auto& problems = outcome.records.problems;
    if (!opened.ledger) {
        problems.push_back({damaged, image.ledger, opened.problem});
        return false;
    }
    if (plan != nullptr) opened.ledger->bring_up_to(*plan);
    const auto& header = opened.ledger->header();
    std::string words;
    std::string text;
    auto record = report::record_of(*opened.ledger, ending_of(image, header, deaths, words), &text);
    if (!record) {
        problems.push_back({damaged, image.ledger, "is damaged: its record makes no sense"});
        return false;
    }
    const bool running =
        deaths.count(image.pid) == 0 && header.state == ledger::State::running && report::lives(header);
    // A user who names a file gets one of the processes that something befell. One that was killed is among those.
    const bool empty = header.state != ledger::State::running && header.is_empty() && !directory.holds(image.ledger);
    const bool settled = !running && (empty || write_whole(statistics, text));
    if (running && directory.holds(image.ledger)) directory.keep();
    record->file = settled ? statistics : image.ledger;
    if (!empty) outcome.files.push_back(record->file);
    outcome.records.all.push_back(std::move(*record));
    return settled;
}

/// The records of processes that had to borrow room for them. Says whether the program's own is among them.
bool settle_reserves(const plan::Plan* plan, const Deaths& deaths, RunDirectory& directory, Outcome& outcome)
{
    bool program_seen = false;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path(), error)) {
        const auto path = entry.path().string();
        if (!entry.path().filename().string().starts_with(ledger::reserve_name)) continue;
        auto reserve = ledger::open_reserve(path);
        if (!reserve.problem.empty())
            outcome.records.problems.push_back({report::Problem::Kind::damaged, path, reserve.problem});
        outcome.records.unrecorded += reserve.unrecorded;
        for (auto& opened : reserve.records) {
            Image image{.pid = 0, .ledger = path, .json = {}};
            if (opened.ledger) image.pid = opened.ledger->header().pid;
            program_seen = program_seen || image.pid == outcome.pid;
            auto statistics = fmt::format("{}/fault-stats.{}.json", directory.path(), image.pid);
            for (int other = 1; std::filesystem::exists(statistics, error); ++other)
                statistics = fmt::format("{}/fault-stats.{}.{}.json", directory.path(), image.pid, other);
            settle(image, std::move(opened), plan, statistics, deaths, directory, outcome);
        }
    }
    return program_seen;
}

} // namespace

void collect(RunDirectory& directory, const Deaths& deaths, bool meant_for_others, bool controlled, Outcome& outcome)
{
    bool program_seen = false;
    std::string problem;
    const auto control = controlled ? ControlFile::open(directory.path(), problem) : nullptr;
    const auto* const plan = control == nullptr ? nullptr : &control->plan();
    if (!problem.empty())
        outcome.records.problems.push_back({report::Problem::Kind::damaged, directory.path(), problem});
    for (const auto& image : images_of(directory.path())) {
        program_seen = program_seen || image.pid == outcome.pid;
        std::error_code error;
        if (std::filesystem::exists(image.ledger, error)) {
            const auto statistics = statistics_file(image, directory);
            if (settle(image, ledger::open(image.ledger), plan, statistics, deaths, directory, outcome) &&
                (is_ours(image.ledger) || directory.holds(image.ledger)))
                ::unlink(image.ledger.c_str());
        } else if (std::filesystem::exists(image.json, error)) {
            report::load(image.json, outcome.records);
            outcome.files.push_back(image.json);
        } else {
            outcome.records.problems.push_back(
                {report::Problem::Kind::gone, image.json, fmt::format("the record of process {} is gone", image.pid)});
        }
    }
    program_seen = settle_reserves(plan, deaths, directory, outcome) || program_seen;
    const bool any = !outcome.records.all.empty();
    outcome.armed = program_seen || (meant_for_others && any) ? Armed::yes
                    : meant_for_others                        ? Armed::elsewhere
                                                              : Armed::not_preloaded;
}

} // namespace faultline::run
