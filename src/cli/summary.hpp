// Many processes' records as one: sums, and their text for people.
#pragma once

#include "cli/records.hpp"
#include "cli/text.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace faultline::cli {

struct FaultSum {
    std::string name, type;
    std::string text; // what it does in plain words; may be empty
    bool enabled = true;
    bool awaited = false; // some process was armed with it and never met a match
    std::uint64_t matched = 0, triggered = 0;
    std::map<std::string, std::uint64_t> errors;
};

struct FunctionSum {
    std::string name;
    std::uint64_t calls = 0, faults = 0;
};

struct Sum {
    std::uint64_t processes = 0, running = 0;
    bool complete = true; // else some process has no record: what it met is not known
    std::uint64_t calls = 0, triggered = 0, skipped = 0, events_dropped = 0;
    std::vector<FaultSum> faults;                  // in the order of the plan
    std::vector<FunctionSum> functions;            // in the order of the plan
    std::map<std::string, std::uint64_t> warnings; // but for faults that never matched, and how many processes have it
};

[[nodiscard]] Sum sum(const Records& records);

/// "stats", "functions", "faults" and "warnings", as in a statistics file.
[[nodiscard]] Json to_json(const Sum& sum);

/// "10 faults injected into 40 calls (25.0 %)".
[[nodiscard]] std::string headline(const Sum& sum);

/// A table of the faults, with what never matched and other warnings below. Each line ends in a line break.
[[nodiscard]] std::string fault_table(const Sum& sum, bool colour);

/// A table of the functions that were called.
[[nodiscard]] std::string function_table(const Sum& sum);

/// A share in percent with one decimal: "25.0 %"; "-" of nothing.
[[nodiscard]] std::string percentage(std::uint64_t part, std::uint64_t whole);

} // namespace faultline::cli
