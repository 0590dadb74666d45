// All that a report is made from, read once: the records of runs, explorations, and what could not be read. Each format
// is one function of it. A report says nothing of the moment or the place in which it is made: the same input gives the
// same bytes.
#pragma once

#include "report/exploration.hpp"
#include "report/record_files.hpp"

#include <optional>
#include <string>
#include <vector>

namespace faultline::report {

struct Report {
    Records runs;
    std::vector<Exploration> explorations; // one for each command; its shards are one
    std::vector<Problem> problems;         // of explorations; those of runs stand with these
};

/// Adds what a path holds: a statistics file, a ledger, a report in JSON, an exploration's directory or its
/// findings.json, the directory of a run with such files.
void load(const std::string& path, Report& report);

/// To be called after the last `load`: makes shards one, and gives everything its order.
void settle(Report& report);

/// Every problem, those of runs first.
[[nodiscard]] std::vector<Problem> problems_of(const Report& report);

struct TextOptions {
    bool colour = false;
    bool events = false; // each of them
    bool keys = false;   // of findings
};
[[nodiscard]] std::string text_report(const Report& report, const TextOptions& options);

/// What `explore` says at its end, and the text of a report of it.
[[nodiscard]] std::string text_of(const Exploration& exploration, const TextOptions& options);

[[nodiscard]] std::string json_report(const Report& report);
[[nodiscard]] std::string html_report(const Report& report);

/// How files of the source are named where others look for them.
struct SourceNames {
    std::string root;     // absolute; files below it are named relative to it
    std::string fallback; // what a finding without a source line points at; empty: its program
};
[[nodiscard]] std::string junit_report(const Report& report, const SourceNames& names);
[[nodiscard]] std::string sarif_report(const Report& report, const SourceNames& names);

/// A file's name relative to the root, with no ".." in it; nothing where it lies elsewhere.
[[nodiscard]] std::optional<std::string> relative_name(const std::string& file, const SourceNames& names);

} // namespace faultline::report
