// Many processes' records as one: sums, and their text for people.
#pragma once

#include "cli/records.hpp"

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
    std::uint64_t calls = 0, triggered = 0, skipped = 0, events_dropped = 0;
    std::vector<FaultSum> faults;                  // in the order of the plan
    std::vector<FunctionSum> functions;            // in the order of the plan
    std::map<std::string, std::uint64_t> warnings; // but for faults that never matched, and how many processes have it
};

[[nodiscard]] Sum sum(const std::vector<Record>& records);

/// "stats", "functions", "faults" and "warnings", as in a statistics file.
[[nodiscard]] Json to_json(const Sum& sum);

/// Whether escape sequences for colour should go to a descriptor: only to a terminal, and where NO_COLOR is not set.
[[nodiscard]] bool coloured(int fd);

/// "10 faults injected into 40 calls (25.0 %)".
[[nodiscard]] std::string headline(const Sum& sum);

/// A table of the faults, with what never matched and other warnings below. Each line ends in a line break.
[[nodiscard]] std::string fault_table(const Sum& sum, bool colour);

/// A table of the functions that were called.
[[nodiscard]] std::string function_table(const Sum& sum);

/// A share in percent with one decimal: "25.0 %"; "-" of nothing.
[[nodiscard]] std::string percentage(std::uint64_t part, std::uint64_t whole);

/// "1 fault", "2 faults", "2 processes".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

/// Text from somewhere else, fit for a terminal: control characters become \xNN.
[[nodiscard]] std::string printable(std::string_view text);

/// Rows of cells as text, the columns lined up; those in `right` to the right.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right);

} // namespace faultline::cli
