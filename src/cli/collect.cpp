#include "cli/collect.hpp"

#include "ledger/reserve.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::cli {

namespace {

/// A line of the run's list of process images. A process that executes another program has several.
struct Image {
    pid_t pid = 0;
    std::string ledger, json;
    bool last_of_pid = true;
};

std::vector<Image> read_images(const std::string& path)
{
    std::vector<Image> images;
    std::set<std::string> known;
    std::ifstream file(path);
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

ledger::Ending ending_of(const Image& image, const ledger::Header& header, const Outcome& outcome, std::string& words)
{
    const auto death = outcome.deaths.find(image.pid);
    if (header.state == ledger::State::executed) return {};
    if (death == outcome.deaths.end() || !image.last_of_pid) return ending_now(header);
    words = ending(death->second.status);
    return {.exit = words, .monotonic_ns = death->second.monotonic_ns};
}

/// Writes a file of its own and renames it into place: a link that somebody put there is not followed.
bool write_whole(const std::string& path, std::string_view text)
{
    std::error_code error;
    const auto there = std::filesystem::status(path, error);
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) return false;
    const auto temporary = path + ".tmp";
    ::unlink(temporary.c_str());
    std::FILE* const file = std::fopen(temporary.c_str(), "wxe");
    if (file == nullptr) return false;
    ::fchmod(::fileno(file), S_IRUSR | S_IWUSR);
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const bool closed = std::fclose(file) == 0;
    if (written && closed && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
    ::unlink(temporary.c_str());
    return false;
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
    const auto beside = twin(image.ledger);
    const bool trusted = beside == image.json && is_ours(image.ledger);
    if (trusted || directory.holds(image.ledger)) return beside;
    return fmt::format("{}/{}", directory.path(), std::filesystem::path(beside).filename().string());
}

/// Makes the record of a process that left its ledger. Of one that is dead it becomes the statistics file. Says whether
/// it did, so that the ledger may go.
bool settle(const Image& image, const ledger::Opened& opened, const std::string& statistics, const Outcome& outcome,
            RunDirectory& directory, Collected& collected)
{
    if (!opened.ledger) {
        collected.records.problems.push_back(fmt::format("{}: {}", image.ledger, opened.problem));
        return false;
    }
    const auto& header = opened.ledger->header();
    std::string words;
    const auto end = ending_of(image, header, outcome, words);
    const auto text = opened.ledger->json(end);
    Record record{.document = {}, .file = statistics};
    if (!parse(text, record.document)) {
        collected.records.problems.push_back(fmt::format("{}: is damaged: its record makes no sense", image.ledger));
        return false;
    }
    const bool running =
        outcome.deaths.count(image.pid) == 0 && header.state == ledger::State::running && lives(header);
    const bool settled = !running && write_whole(statistics, text);
    if (running && directory.holds(image.ledger)) directory.keep();
    if (!settled) record.file = image.ledger;
    collected.files.push_back(record.file);
    collected.records.all.push_back(std::move(record));
    return settled;
}

/// The records of processes that had to borrow room for them.
void settle_reserves(const Outcome& outcome, RunDirectory& directory, Collected& collected)
{
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory.path(), error)) {
        const auto path = entry.path().string();
        if (!entry.path().filename().string().starts_with(ledger::reserve_name)) continue;
        const auto reserve = ledger::open_reserve(path);
        if (!reserve.problem.empty())
            collected.records.problems.push_back(fmt::format("{}: {}", path, reserve.problem));
        collected.records.unrecorded += reserve.unrecorded;
        for (const auto& opened : reserve.records) {
            Image image{.pid = 0, .ledger = path, .json = {}};
            if (opened.ledger) image.pid = opened.ledger->header().pid;
            if (image.pid == outcome.pid) collected.program_seen = true;
            auto statistics = fmt::format("{}/fault-stats.{}.json", directory.path(), image.pid);
            for (int other = 1; std::filesystem::exists(statistics, error); ++other)
                statistics = fmt::format("{}/fault-stats.{}.{}.json", directory.path(), image.pid, other);
            settle(image, opened, statistics, outcome, directory, collected);
        }
    }
}

} // namespace

Collected collect(RunDirectory& directory, const Outcome& outcome)
{
    Collected collected;
    for (const auto& image : read_images(directory.path() + "/images")) {
        if (image.pid == outcome.pid) collected.program_seen = true;
        std::error_code error;
        if (std::filesystem::exists(image.ledger, error)) {
            const auto opened = ledger::open(image.ledger);
            const auto statistics = statistics_file(image, directory);
            if (settle(image, opened, statistics, outcome, directory, collected) &&
                (is_ours(image.ledger) || directory.holds(image.ledger)))
                ::unlink(image.ledger.c_str());
        } else if (std::filesystem::exists(image.json, error)) {
            load(image.json, collected.records);
            collected.files.push_back(image.json);
        } else {
            collected.records.problems.push_back(
                fmt::format("{}: the record of process {} is gone", image.json, image.pid));
        }
    }
    settle_reserves(outcome, directory, collected);
    return collected;
}

} // namespace faultline::cli
