// The records of processes, wherever they stand: statistics files, ledgers that were left or are still written to, and
// the documents that `run --report` and `report --format json` make. All become the JSON of a statistics file.
#pragma once

#include "ledger/reader.hpp"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::cli {

using Json = nlohmann::ordered_json;

struct Record {
    Json document; // of the statistics file; whatever is missing there counts as 0
    std::string file;
};

struct Records {
    std::vector<Record> all;
    std::vector<std::string> problems; // "FILE: why it cannot be used"
    std::uint64_t unrecorded = 0;      // processes that are known to have no record
};

/// Adds what the file holds. Nothing is believed of it but that it is JSON or a ledger.
void load(const std::string& path, Records& records);

/// The statistics file that a ledger becomes: FILE of FILE.live; empty for any other name.
[[nodiscard]] std::string twin(const std::string& ledger);

/// Whether the process that made the ledger is alive (and not another one with its pid).
[[nodiscard]] bool lives(const ledger::Header& header);

/// What can be said of the end of a ledger's process by looking now.
[[nodiscard]] ledger::Ending ending_now(const ledger::Header& header);

/// Turns the JSON of one process into a Record's; false where it is none.
[[nodiscard]] bool parse(std::string_view text, Json& document);

/// A member of an object, as a count or text; 0 or "" where it is missing or something else.
[[nodiscard]] std::uint64_t count(const Json& object, const char* key);
[[nodiscard]] std::string text(const Json& object, const char* key);
/// A member that is an object or array; an empty object for want of it.
[[nodiscard]] const Json& member(const Json& object, const char* key);

/// The document's text; what is no UTF-8 in it becomes U+FFFD.
[[nodiscard]] std::string dump(const Json& document);

} // namespace faultline::cli
