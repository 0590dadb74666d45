// What can be seen of one run: its end, what it said, what it left.
#pragma once

#include "explore/point.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace faultline::explore {

/// Something in a directory tree.
struct Entry {
    char type = 'f';        // f, d, l; o: anything else
    std::uint32_t mode = 0; // permission bits
    std::uint64_t size = 0; // of a file
    std::uint64_t hash = 0; // of a file's contents or a link's target
    bool operator==(const Entry&) const = default;
};
/// By path, relative to the run's directory: "work/notes.txt", "tmp/…", "home/…".
using Tree = std::map<std::string, Entry>;

/// How a command ended.
struct End {
    int status = 0; // as waitpid has it
    bool timed_out = false;
    bool busy = false;   // when its time was up, some thread was at work: it spins
    bool forked = false; // by the fork server, not executed
    double seconds = 0, cpu_seconds = 0;
    int left_running = 0;   // processes that were still there a moment after the command's end
    char trouble[200] = {}; // why the run is void; empty: it is not

    [[nodiscard]] bool crashed() const;
    [[nodiscard]] int exit_status() const; // -1 where it was killed
    [[nodiscard]] int signal() const;      // 0 where it was not
};

/// A fault that fired, by the record.
struct Struck {
    std::string function;
    std::uint32_t site = 0;
    std::string lineage;
    int descriptor = -1;   // that the call worked on
    std::string path{};    // that it names, as it was written
    bool path_cut = false; // … of which this is the end
    int failed = 0;        // errno of a call that was made all the same
    std::string module{};  // that it comes from, and where in it it returns to
    std::uint64_t offset = 0;
};

struct Observation {
    End end;
    std::string out, err; // at most `most_output` bytes of each
    std::uint64_t out_bytes = 0, err_bytes = 0;
    Tree tree;
    int processes = 0;         // that left a record
    bool replaced = false;     // the first process executed another program in its own place
    bool armed = false;        // some record says that the plan was armed
    std::uint64_t fired = 0;   // faults
    std::uint64_t matched = 0; // of the first fault: calls at its site
    std::vector<Struck> struck;
    std::vector<Site> sites;            // of a run that was traced
    std::vector<std::string> died;      // programs of the tree that ended without the library's notice: killed
    int open_descriptors = -1;          // when the first process ended; -1: not known
    std::optional<End> check;           // of --check, where it was asked for
    std::optional<End> recovery;        // of the recovery command
    std::optional<Tree> recovered_tree; // what it left
    std::optional<End> recovered_check;
    std::vector<std::string> problems;
};

inline constexpr std::uint64_t most_output = 256 * 1024;

} // namespace faultline::explore
