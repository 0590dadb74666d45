// The record of a process as JSON, in the form of the statistics file, and back.
#pragma once

#include "report/json_document.hpp"
#include "report/process_record.hpp"

#include <string>
#include <utility>
#include <vector>

namespace faultline::report {

/// Reads a process's JSON, of which nothing is believed: whatever is missing or something else counts as 0, "" or none.
[[nodiscard]] Record from_json(const Json& document);

/// Writes it as the process itself does.
[[nodiscard]] Json to_json(const Record& record);

/// The keys of an event that say what it did, with their values' text: {"errno", "ENOSPC"}, {"fd", "5"}.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> details(const Event& event);

/// How a process ended: "exited 2", "killed by SIGKILL", "running".
[[nodiscard]] std::string words(const Exit& exit);

/// What is said of a fault that has not matched.
[[nodiscard]] std::string never_matched(const std::string& fault, bool running);

/// A share in percent, rounded to one decimal; 0 of nothing.
[[nodiscard]] double rate(std::uint64_t part, std::uint64_t whole);

} // namespace faultline::report
