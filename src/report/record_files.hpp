// The records of processes, wherever they stand: statistics files, ledgers that were left or are still written to, and
// the documents that `run --report` and `report --format json` make.
#pragma once

#include "ledger/reader.hpp"
#include "report/json_document.hpp"
#include "report/process_record.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace faultline::report {

/// Why a record cannot be used.
struct Problem {
    enum class Kind : std::uint8_t { unreadable, damaged, gone };
    Kind kind;
    std::string file;
    std::string text; // what follows "FILE: "
};

/// "FILE: why".
[[nodiscard]] std::string words(const Problem& problem);

struct Records {
    std::vector<Record> all;
    std::vector<Problem> problems;
    std::uint64_t unrecorded = 0; // processes that are known to have no record
};

/// Adds what the file holds. Nothing is believed of it but that it is JSON or a ledger. `others` is shown each JSON
/// document, and says whether it found something else there that it knows. `plan`: of a run that was changed while it
/// went on, the last one, which names the faults of its ledgers; or nullptr.
void load(const std::string& path, Records& records, const std::function<bool(const Json&)>& others = {},
          const plan::Plan* plan = nullptr);

/// The record of a ledger that was opened, by way of the JSON that its process would write: one place says what a
/// ledger means. Nothing where that makes no sense. `text` receives the JSON.
[[nodiscard]] std::optional<Record> record_of(const ledger::Copy& ledger, const ledger::Ending& ending,
                                              std::string* text = nullptr);

/// The statistics file that a ledger becomes: FILE of FILE.live; empty for any other name.
[[nodiscard]] std::string statistics_of(const std::string& ledger);

/// Whether the process that made the ledger is alive (and not another one with its pid).
[[nodiscard]] bool lives(const ledger::Header& header);

/// What can be said of the end of a ledger's process by looking now.
[[nodiscard]] ledger::Ending ending_now(const ledger::Header& header);

} // namespace faultline::report
