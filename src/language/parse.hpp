// Turns TOML into a Plan, strictly: whatever it does not understand is a mistake with its place and cure, and it lists
// all of them. Runs in the host once, at boot, before anything is intercepted, and in the faultline command.
#pragma once

#include "language/plan_types.hpp"
#include "language/value.hpp"
#include "plan/block_file.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace faultline::language {
/// Something wrong with a plan, or (a warning) something that its author may not have meant.
struct Remark {
    int line = 0; // from 1; 0: the file as a whole
    int column = 0;
    std::string text; // what is wrong and how to mend it, one line
    int option = 0;   // of a -f option, its number from 1; `line` is then that of its item (language/fault_option.hpp)

    /// "FILE:LINE:COLUMN: text", or "FILE: text" where there is no line.
    [[nodiscard]] std::string at(std::string_view file) const;
};

struct Parsed {
    std::vector<std::byte> block; // the plan; empty where there are mistakes
    TomlFile toml;                // what it was read from, as that was before, where that is the whole plan
    std::vector<Remark> mistakes; // in the order of the file
    std::vector<Remark> warnings;

    [[nodiscard]] const Plan& plan() const { return *reinterpret_cast<const Plan*>(block.data()); }
};

/// Whose functions a plan's faults name.
enum class Functions : std::uint8_t { libc, own };

/// Whether a plan must have faults, or others that are added later (by -f) make up for them.
enum class Needs : std::uint8_t { faults, nothing };

/// Puts tables of faults behind those that a plan has.
void add_faults(Value& root, std::span<const Value> tables);

/// How much there is in each of the plans that take one another's place while processes go by them, so that the record
/// of a process fits them all: faults, of which some may be without a name yet, and bytes. All functions have a place.
struct Room {
    std::uint32_t faults = 0; // 0: a plan of its own
    std::uint32_t bytes = 0;
};

/// Parses a plan's text as one of several that take one another's place. What has no room is a mistake.
[[nodiscard]] Parsed parse_into(Room room, std::string_view text, std::string_view source,
                                std::span<const Value> more = {});

/// Parses a plan's text. `source` is the absolute path to record in it. `more`: tables of further faults; with some,
/// the text may be empty.
[[nodiscard]] Parsed parse(std::string_view text, std::string_view source, std::span<const Value> more = {},
                           Needs needs = Needs::faults);

/// Parses faults that a program gives to itself: [[fault]] tables and nothing else, or the keys of a single one.
[[nodiscard]] Parsed parse_faults(std::string_view text, Functions functions);

/// Reads and parses a file; one that is missing, unreadable, a directory, empty or above 1 MiB is a mistake as well.
[[nodiscard]] Parsed load(const std::string& path, Needs needs = Needs::faults);
/// The same of a file that is open for reading.
[[nodiscard]] Parsed load(int fd, const std::string& path, Needs needs = Needs::faults);

/// What FAULT_SEED holds as a seed; nothing if it is not a whole number from 0 to 2^63-1.
[[nodiscard]] std::optional<std::uint64_t> parse_seed(std::string_view text);

/// One sentence in plain words on what a fault will do, for `faultline check` and the summaries.
[[nodiscard]] std::string describe(const Plan& plan, const Fault& fault);

} // namespace faultline::language
