// An exploration as values: what was tried, what came of it, and what was found. Whatever tries faults by itself (explore,
// powerloss) is read into these once, and every format of a report is made from them.
#pragma once

#include "report/outcome_class.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::report {

/// What is done to one call site.
/// For how many matches of its site, from the first struck on, a fault strikes.
inline constexpr std::array<std::string_view, 5> persistence_names{"once", "twice", "thrice", "on", "everywhere"};
/// The place of a name among them; that of "once" for one that is none of them.
[[nodiscard]] std::size_t persistence_of(std::string_view name);

struct Strike {
    std::string function;
    std::string site; // eight hexadecimal digits, as the selector has it
    std::string family, type, error;
    std::uint64_t match = 1;          // which of the site's matches is the first to be struck
    std::string persistence = "once"; // of persistence_names
    std::uint64_t call = 0;           // the number of that call among all of the function; 0: not known
    std::string path = {};            // of a power cut: the file that the call is about; `type` says what became of it
    [[nodiscard]] bool operator==(const Strike&) const = default;
};

/// "malloc@1a2b3c4d ENOMEM, match 2, on", "write t is lost"; joined with " + " where there are several.
[[nodiscard]] std::string words(const Strike& strike);
[[nodiscard]] std::string words(const std::vector<Strike>& strikes);

/// A place on a stack. What is not known is empty or 0.
struct Frame {
    std::string module; // path
    std::uint64_t offset = 0;
    std::string function, file;
    std::int64_t line = 0;
};

/// "fill at shop.c:5 (shop+0x1149)"; less where less is known. `paths`: with the directories of both.
[[nodiscard]] std::string words(const Frame& frame, bool paths = false);

/// The same as it outlives a rebuild, as far as that can be: "fill at shop.c:5", "fill in shop", "shop+0x1149".
[[nodiscard]] std::string stable_words(const Frame& frame);

/// The last component of a path.
[[nodiscard]] std::string_view base_name(std::string_view path);
/// Whether a frame lies in code of the C and C++ runtimes, which is on every stack.
[[nodiscard]] bool in_runtime(const std::string& module);
/// Whether a function is one of Go's standard library, which is part of every program and comes between it and each system
/// call. `outermost`: the outermost function of its stack, by which Go's stacks are known.
[[nodiscard]] bool in_go_library(std::string_view function, std::string_view outermost);

/// The innermost frame of the program's own code, or where there is none, of any; nullptr: there is no stack.
[[nodiscard]] const Frame* own_frame(const std::vector<Frame>& stack);

struct Crash {
    std::string signal, program;
    std::vector<Frame> stack; // innermost first
};

/// One run: what was struck, and what came of it.
struct Point {
    std::string id; // sixteen hexadecimal digits, the same in every run, shard and machine
    std::vector<Strike> strikes;
    Class outcome = Class::tolerated;
    std::string detail;
    std::string key; // of the finding that it belongs to
};

/// Outcomes that are misbehaviour and have the same cause.
struct Finding {
    Class outcome = Class::crash;
    std::string detail;
    std::string key;   // what makes outcomes one finding; stable from run to run
    std::string name;  // "crash-1": of its directory
    std::string point; // id of the weakest point that gives it
    std::vector<Strike> strikes;
    std::vector<std::string> also; // other points that give it, in words
    std::uint64_t repeated = 1, tried = 1;
    bool known = false;
    std::vector<Frame> stack; // of the struck call, innermost first
    std::optional<Crash> crash;
    std::string plan;  // the smallest one, as TOML
    std::string repro; // a command line
    std::string out, err;
    /// What else is known of it, by name: of a power cut, what was promised, and where a sync belongs. It has no outputs.
    std::vector<std::pair<std::string, std::string>> facts;
};

/// A place from which a function is called, whether or not anything could be tried there.
struct Place {
    std::string function, site;
    std::uint64_t calls = 0;
    Frame at;              // in the program's own code
    bool tried = true;     // something of what was to be tried fits it
    std::string path = {}; // that the calls are about, where they were told apart by it
};

/// Where it is in the source, and what it is about, as far as that is known; stable like `stable_words`.
[[nodiscard]] std::string words(const Place& place);

/// What no fault could reach, and why.
struct Unreached {
    std::string what, why;
};

struct Exploration {
    std::string tool = "explore"; // what tried the faults: explore, powerloss
    std::string version;          // of Faultline
    std::vector<std::string> command;
    std::vector<Finding> findings; // worst first
    std::vector<Point> points;
    std::vector<Place> places;
    std::uint64_t known_points = 0; // that are known to exist, tried or not
    std::uint64_t pairs = 0;        // of a site and an error that fits it
    std::vector<Unreached> unreached;
    std::vector<std::string> notes, stopped; // what is good to know; why not all was tried
    std::string out, err;                    // without faults
    std::optional<double> seconds;           // that it took, where one process knows
};

/// Joins what several parts (shards) of one exploration hold.
void merge(Exploration& into, Exploration other);

/// Puts everything in an order that depends on nothing but what is there: one run, several jobs and merged shards give
/// the same. Findings of one key become one, and get their names.
void settle(Exploration& exploration);

/// How many points ended so; those whose failure is absorbed on purpose are counted too.
[[nodiscard]] std::map<Class, std::uint64_t> counts_of(const Exploration& exploration);
[[nodiscard]] std::uint64_t absorbed_of(const Exploration& exploration);

struct Coverage {
    std::uint64_t sites = 0, sites_tried = 0, pairs = 0, pairs_tried = 0, functions = 0;
};
[[nodiscard]] Coverage coverage_of(const Exploration& exploration);

/// Where a function is called from at a site; an empty frame where that is not known.
[[nodiscard]] Frame frame_of(const Exploration& exploration, const Strike& strike);

/// The program that was explored, without directories.
[[nodiscard]] std::string program_of(const Exploration& exploration);

/// How many different findings are known after each point in which one is seen first: (points so far, findings so far).
[[nodiscard]] std::vector<std::pair<std::uint64_t, std::uint64_t>> curve_of(const Exploration& exploration);

[[nodiscard]] inline bool is_flaky(const Finding& finding) { return finding.repeated != finding.tried; }

/// Sixteen hexadecimal digits that stand for a key.
[[nodiscard]] std::string fingerprint(const std::string& key);

} // namespace faultline::report
