// The journal of an exploration: one line of JSON for each run, appended at once, so that it is whole whatever kills
// the explorer, and another one goes on where it stopped. What the power cutting out may take are the runs of a moment.
#pragma once

#include "explore/finding.hpp"

#include <chrono>
#include <map>
#include <string>

namespace faultline::explore {

/// What is kept of one point's run.
struct Line {
    std::uint64_t id = 0;
    Point point;
    Outcome outcome;
    End end;
    std::uint64_t matched = 0;
    std::string key;             // of a finding
    std::vector<Site> new_sites; // that the baseline has not; without stacks
};

class Journal {
public:
    Journal() = default;
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Opens the file for appending, and cuts off a last line that was not finished. Returns what was wrong.
    [[nodiscard]] std::string open(const std::string& path, bool resume);
    /// Writes a line. Returns what was wrong.
    [[nodiscard]] std::string append(const Line& line);

    /// The lines of a journal; what cannot be read is skipped and counted.
    [[nodiscard]] static std::vector<Line> read(const std::string& path, std::size_t& unreadable);
    /// Adds the lines of a journal to those of others. Where two hold a point, it was tried twice, and the first counts.
    /// Returns what is odd about them, in words.
    [[nodiscard]] static std::vector<std::string> add(const std::string& path, std::map<std::uint64_t, Line>& lines);

private:
    using Clock = std::chrono::steady_clock;

    int fd_ = -1;
    Clock::time_point synced_; // to the disk
};

} // namespace faultline::explore
