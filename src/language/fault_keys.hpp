// The keys of a [[fault]], as a table. How to add one: a row in fault_keys.cpp and, if no present reader fits, a reader
// of a few lines there. Two rows may share a name where types give it different meanings.
#pragma once

#include "language/draft.hpp"
#include "language/fields.hpp"

#include <span>

namespace faultline::language {

/// A set of fault types, a bit for each.
using Types = std::uint32_t;

struct FaultKey {
    std::string_view name;
    Types types;    // that take it
    Types required; // that cannot do without it
    void (*read)(FaultDraft& draft, const Field& field);
    std::string_view help;
};

[[nodiscard]] std::span<const FaultKey> fault_keys();

/// "errno and returns"; empty for all types.
[[nodiscard]] std::string names_of(Types types, std::string_view conjunction);

/// Reads one [[fault]], and checks whatever can be told from it alone and without the table of functions.
void read_fault(const Value& table, FaultDraft& draft, Remarks& remarks);

/// Says that a key of `section` is unknown, and where it belongs or what may have been meant.
void unknown_key(const Key& key, const Value& value, std::string_view section, Remarks& remarks);

} // namespace faultline::language
