// The record of one process: what stands in its statistics file, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace faultline::report {

/// How a process ended, or that it has not.
struct Exit {
    enum class How : std::uint8_t { unknown, running, exited, executed, killed };
    How how = How::unknown;
    std::optional<int> status; // of one that exited; none: it is not known
    std::string signal;        // of one that was killed: "SIGKILL", "signal 34"; empty: it is not known
};

/// What was recorded by a name (ENOSPC, SIGTERM), or as a number where it has none.
using Named = std::variant<std::string, std::int64_t>;

struct FunctionCount {
    std::string name;
    std::uint64_t calls = 0, faults = 0;
};

struct FaultCount {
    std::string name, type;
    bool enabled = true;
    bool awaited = false; // the process was armed with it, and it never matched
    std::uint64_t matched = 0, triggered = 0, skipped = 0;
    std::vector<std::pair<std::string, std::uint64_t>> errors; // by name; "other" holds those that were not told apart
};

/// One trigger. What does not apply to it is not there.
struct Event {
    std::string fault, type, function;
    std::uint64_t call = 0;                   // of the function, in the process
    std::uint64_t match = 0;                  // of the fault
    std::optional<double> time;               // seconds since arming
    std::string thread;                       // its lineage
    std::optional<std::uint64_t> thread_call; // of the function, in its thread; a record of an older version has none
    std::optional<Named> error;
    std::optional<std::int64_t> descriptor;
    std::optional<std::string> path;
    std::optional<std::uint64_t> size;
    std::optional<std::string> caller; // "module+0x1f3"
    std::optional<std::string> site;   // eight hexadecimal digits, as the selector has it
    std::optional<double> delay;       // seconds
    std::optional<std::int64_t> returned;
    std::optional<double> shift; // seconds
    std::optional<Named> signal;
    std::optional<std::string> moment;
    std::optional<bool> cut;
    std::optional<std::string> mode;
    std::optional<std::uint64_t> offset, bytes;
    std::optional<bool> dropped, reverted;
    std::optional<Named> failed; // with what the call failed by itself
    /// What a record of another version says beyond that: names and their values' JSON.
    std::vector<std::pair<std::string, std::string>> others;
};

/// A change of the plan while the process ran.
struct PlanChange {
    std::uint64_t generation = 0;
    std::optional<double> time; // seconds since arming
    std::string text;
};

/// Where a function was called from, in a record that traces.
struct TracedSite {
    std::string function;
    std::string site; // as the selector has it
    std::uint64_t calls = 0;
    std::uint64_t first = 0;        // the number of its first call among the process's calls of the function
    std::string thread;             // its lineage
    std::vector<std::string> stack; // "path+0x1f3", innermost first
};

struct Record {
    std::string file;    // where it stands
    std::string version; // of the Faultline that wrote it
    std::string program;
    std::int64_t pid = 0, ppid = 0;
    std::vector<std::string> arguments;
    std::string lineage;
    Exit exit;
    std::string started;           // "YYYY-MM-DDTHH:MM:SS.uuuuuuZ"
    std::optional<double> seconds; // that it lived; none: not known
    std::string plan;
    std::uint64_t seed = 0;
    std::uint64_t calls = 0, triggered = 0, skipped = 0;
    std::vector<FunctionCount> functions; // those that were called, in the order of the plan
    std::vector<FaultCount> faults;       // in the order of the plan
    std::vector<Event> events;
    std::uint64_t events_dropped = 0;
    std::vector<PlanChange> changes;              // in the order in which the process took them over
    std::optional<std::vector<TracedSite>> sites; // in the order of first appearance; none: it does not trace
    std::vector<std::string> warnings;            // but for faults that never matched
};

} // namespace faultline::report
