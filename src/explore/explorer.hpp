// The loop: baseline and trace, points, runs, outcomes, findings. Prints nothing; what is worth saying is told to an
// observer, and what was found is in the summary.
#pragma once

#include "explore/finding.hpp"
#include "explore/settings.hpp"
#include "explore/worker.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace faultline::explore {

/// Whether runs are begun by a fork server: where it is exact, never, or else it is a mistake.
enum class ForkServing : std::uint8_t { automatic, off, required };

/// Where the runs' own directories lie: in memory where there is enough of it, on the disk, or else it is a mistake.
enum class Copies : std::uint8_t { automatic, disk, memory };

struct Options {
    std::vector<std::string> families; // names; those that are tried
    WorkPlan work;                     // its surroundings' view and commands are set by the caller of environment()
    std::string output;                // directory; made if it is not there
    unsigned jobs = 1;
    std::chrono::nanoseconds time{0};    // for the whole exploration; 0: no limit
    std::chrono::nanoseconds timeout{0}; // of one run; 0: by the baseline
    ForkServing fork_server = ForkServing::automatic;
    Copies copies = Copies::automatic;
    bool through_door = false;      // the kernel's; else the library is preloaded
    std::vector<std::string> notes; // what the report is to say first
    bool every = false;
    int depth = 1;
    std::uint64_t sample = 0; // of the trace's points so many, drawn by the seed, and what follows from them; 0: all
    std::uint64_t seed = 1;
    std::uint64_t shard = 1, shards = 1;
    bool resume = false;
    std::vector<std::string> merge;    // directories of explorations whose journals are joined; nothing else is tried
    Settings settings;                 // what it was asked to do, written down for the one that merges or resumes
    std::set<std::string> known;       // keys of findings that are known
    std::vector<std::string> absorbed; // function patterns and sites whose failure may be swallowed
    std::atomic<bool>* stop = nullptr; // becomes true when the exploration is to end early
};

struct Progress {
    std::size_t done = 0, known = 0;
    double seconds = 0; // since that work began
    std::map<Class, std::size_t> findings = {};
    std::string_view unit = "points"; // what is counted; "power-cut states": then `failing` of them fail
    std::size_t failing = 0;
};

/// Why not all was tried, where somebody asked it to end: another attempt goes on.
inline constexpr const char* was_interrupted = "it was interrupted";

struct Summary {
    std::string problem;            // why there was no exploration; empty: there was
    bool baseline_trouble = false;  // … because the baseline is unstable or reaches no point
    std::vector<std::string> notes; // what is masked, what is missing
    Baseline baseline;
    std::vector<Site> sites;
    std::vector<Finding> findings;   // worst first
    std::vector<report::Point> runs; // each point that was tried
    std::size_t points = 0, known_points = 0;
    std::size_t pairs = 0; // of a site and an error of the chosen families that fits it
    double seconds = 0;
    std::size_t executed = 0;  // runs that a fork server should have begun and could not, so that they were executed
    std::string not_forked;    // why there is no fork server; empty: there is, or none is wanted
    std::string stopped;       // why not all was tried; empty: all was
    report::Exploration power; // what power cuts could leave, where that is tried
};

/// Makes the commands of the surroundings, once it is known under which directory they will find themselves;
/// none where that is not possible.
using Prepare = std::function<std::vector<Command>(const std::string& view)>;

/// Explores. `root` is a private directory for the runs.
[[nodiscard]] Summary explore(Options options, const std::string& root, const Prepare& prepare,
                              const std::function<void(const Progress&)>& tell);

} // namespace faultline::explore
