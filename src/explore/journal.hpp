// The journal of an exploration: one line of JSON for each run, appended and synced, so that it is whole whatever kills
// the explorer, and another one goes on where it stopped.
#pragma once

#include "explore/finding.hpp"

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
    /// `sync`: it is on the disk before this returns. Returns what was wrong.
    [[nodiscard]] std::string append(const Line& line, bool sync = true);

    /// The lines of a journal; what cannot be read is skipped and counted.
    [[nodiscard]] static std::vector<Line> read(const std::string& path, std::size_t& unreadable);
    /// Adds the lines of a journal to those of others. Where two hold a point, it was tried twice, and the first counts.
    /// Returns what is odd about them, in words.
    [[nodiscard]] static std::vector<std::string> add(const std::string& path, std::map<std::uint64_t, Line>& lines);

private:
    int fd_ = -1;
};

} // namespace faultline::explore
