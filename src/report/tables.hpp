// Records and their sums as text for people.
#pragma once

#include "report/process_record.hpp"
#include "report/sums.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::report {

/// "10 faults injected into 40 calls (25.0 %)".
[[nodiscard]] std::string headline(const Sum& sum);

/// A table of the faults, with what never matched and other warnings below. Each line ends in a line break.
[[nodiscard]] std::string fault_table(const Sum& sum, bool colour);

/// A table of the functions that were called; empty where there are none.
[[nodiscard]] std::string function_table(const Sum& sum);

/// A table of what traces recorded: each function, how often it was called and from how many sites, in the order of first
/// appearance; empty where no record traces.
[[nodiscard]] std::string trace_table(const std::vector<Record>& records);

/// A line for each process.
[[nodiscard]] std::string process_table(const std::vector<Record>& records);

/// A line for each event; empty where there are none.
[[nodiscard]] std::string event_table(const std::vector<Record>& records);

/// A share in percent with one decimal: "25.0 %"; "-" of nothing.
[[nodiscard]] std::string percentage(std::uint64_t part, std::uint64_t whole);

} // namespace faultline::report
