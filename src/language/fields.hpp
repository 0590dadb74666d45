// Typed access to the values of a plan. Each function either gives a value, or has said in the remarks what
// was wrong with it, so a reader in the tables of keys is a few lines.
#pragma once

#include "language/draft.hpp"
#include "language/values.hpp"

#include <optional>
#include <span>

namespace faultline::language {

/// The value of a key.
struct Field {
    std::string_view key;
    const Value& value;
    Remarks& remarks;

    [[nodiscard]] Field with(const Value& other) const { return {key, other, remarks}; }
};

/// "KEY is VALUE; PROBLEM", at the value.
void wrong(const Field& field, std::string_view problem);
/// "KEY is a string; it must be FORM", at the value.
void wrong_kind(const Field& field, std::string_view form);

/// A string that is not empty and holds no NUL. `form` says what is expected, as in "a string".
[[nodiscard]] std::optional<std::string> read_text(const Field& field, std::string_view form = "a string");
/// One such string or an array of them, at least one; those that are wrong are left out.
[[nodiscard]] std::vector<Word> read_texts(const Field& field);
[[nodiscard]] std::optional<bool> read_bool(const Field& field);
[[nodiscard]] std::optional<std::int64_t> read_integer(const Field& field, std::int64_t least, std::int64_t most);
/// A number from 0.0 to 1.0 as a threshold. `above_zero`: 0 would mean nothing.
[[nodiscard]] std::optional<Chance> read_share(const Field& field, bool above_zero);
/// The position of a word in `words`.
[[nodiscard]] std::optional<std::size_t> read_choice(const Field& field, std::span<const std::string_view> words);

/// A string in one of the notations of values.hpp.
template <class T>
[[nodiscard]] std::optional<T> read_notation(const Field& field, Reading<T> (*parse)(std::string_view),
                                             std::string_view form)
{
    const auto text = read_text(field, form);
    if (!text) return std::nullopt;
    auto reading = parse(*text);
    if (!reading.value) wrong(field, reading.problem);
    return std::move(reading.value);
}

/// A number of bytes, at least 1: an integer or a size.
[[nodiscard]] std::optional<std::uint64_t> read_bytes(const Field& field);
/// The forms of `delay`.
[[nodiscard]] std::optional<Delay> read_delay(const Field& field);

} // namespace faultline::language
