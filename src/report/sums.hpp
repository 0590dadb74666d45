// Many processes' records as one.
#pragma once

#include "report/json_document.hpp"
#include "report/record_files.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace faultline::report {

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

/// What is known of a fault that no record has a match of.
[[nodiscard]] std::string unmet(const Sum& sum, const std::string& fault);

/// "stats", "functions", "faults" and "warnings", as in a statistics file.
[[nodiscard]] Json to_json(const Sum& sum);

} // namespace faultline::report
