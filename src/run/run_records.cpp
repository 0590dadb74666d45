#include "run/run_records.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::run {

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

ledger::Ending ending_of(const Image& image, const ledger::Header& header, const Deaths& deaths, std::string& words)
{
    const auto death = deaths.find(image.pid);
    if (header.state == ledger::State::executed) return {};
    if (death == deaths.end() || !image.last_of_pid) return report::ending_now(header);
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

/// Makes the record of a process that left its ledger. Of one that is dead it becomes the statistics file.
void settle(const Image& image, const Deaths& deaths, RunDirectory& directory, Outcome& outcome)
{
    using enum report::Problem::Kind;
    auto& [all, problems] = outcome.records;
    const auto opened = ledger::open(image.ledger);
    if (!opened.ledger) {
        problems.push_back({damaged, image.ledger, opened.problem});
        return;
    }
    const auto& header = opened.ledger->header();
    std::string words;
    std::string text;
    auto record = report::record_of(*opened.ledger, ending_of(image, header, deaths, words), &text);
    if (!record) {
        problems.push_back({damaged, image.ledger, "is damaged: its record makes no sense"});
        return;
    }
    record->file = image.json;
    const bool running =
        deaths.count(image.pid) == 0 && header.state == ledger::State::running && report::lives(header);
    if (running) {
        record->file = image.ledger;
        if (directory.holds(image.ledger)) directory.keep();
    } else if (write_whole(image.json, text)) {
        ::unlink(image.ledger.c_str());
    } else {
        record->file = image.ledger;
    }
    outcome.files.push_back(record->file);
    all.push_back(std::move(*record));
}

} // namespace

void collect(RunDirectory& directory, const Deaths& deaths, bool meant_for_others, Outcome& outcome)
{
    bool program_seen = false;
    for (const auto& image : read_images(directory.path() + "/images")) {
        program_seen = program_seen || image.pid == outcome.pid;
        std::error_code error;
        if (std::filesystem::exists(image.ledger, error)) {
            settle(image, deaths, directory, outcome);
        } else if (std::filesystem::exists(image.json, error)) {
            report::load(image.json, outcome.records);
            outcome.files.push_back(image.json);
        } else {
            outcome.records.problems.push_back(
                {report::Problem::Kind::gone, image.json, fmt::format("the record of process {} is gone", image.pid)});
        }
    }
    const bool any = !outcome.records.all.empty();
    outcome.armed = program_seen || (meant_for_others && any) ? Armed::yes
                    : meant_for_others                        ? Armed::elsewhere
                                                              : Armed::not_preloaded;
}

} // namespace faultline::run
