// A plan as a tree of values with their places: what the readers of keys go through. language/toml.cpp makes it from
// TOML, language/fault_option.cpp makes a fault's table from a -f option.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::language {

/// A position in a text, from 1; 0: the text as a whole.
struct Place {
    int line = 0;
    int column = 0;
    int option = 0; // of a -f option, its number from 1: `line` is then that of its item (language/fault_option.hpp)

    auto operator<=>(const Place&) const = default;
};

struct Entry;

struct Value {
    enum class Kind : std::uint8_t { text, integer, number, boolean, array, table, time };

    Kind kind = Kind::text;
    Place place;
    std::string text;
    std::int64_t integer = 0;
    double number = 0; // of an integer too
    bool truth = false;
    std::vector<Value> items;   // of an array, in the order of the text
    std::vector<Entry> entries; // of a table, sorted by name

    [[nodiscard]] bool is(Kind other) const { return kind == other; }
    /// This value where it is of that kind, else nullptr.
    [[nodiscard]] const Value* as(Kind other) const { return kind == other ? this : nullptr; }
    [[nodiscard]] bool is_number() const { return kind == Kind::integer || kind == Kind::number; }
    [[nodiscard]] bool is_array_of_tables() const;
    /// The entry of a table; nullptr where it has none of that name.
    [[nodiscard]] const Value* find(std::string_view name) const;
};

/// A key of a table.
struct Key {
    std::string name;
    Place place;
};

struct Entry {
    Key key;
    Value value;
};

} // namespace faultline::language
