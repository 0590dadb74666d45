#include "language/fields.hpp"

#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultline::language {

namespace {

using Kind = Value::Kind;

/// In the order of Value::Kind.
constexpr std::array<std::string_view, 7> value_kinds{
    "a string", "an integer", "a number with a fraction", "true or false", "an array", "a table", "a date or time"};

std::string_view kind_name(const Value& value) { return value_kinds[static_cast<std::size_t>(value.kind)]; }

/// The value as it stands in the plan, for a message.
std::string shown(const Value& value)
{
    if (value.is(Kind::text)) return in_quotes(value.text);
    if (value.is(Kind::integer)) return fmt::format("{}", value.integer);
    if (value.is(Kind::number)) return fmt::format("{}", value.number);
    return std::string(kind_name(value));
}

} // namespace

void wrong(const Field& field, std::string_view problem)
{
    field.remarks.mistake(field.value.place, fmt::format("{} is {}; {}", field.key, shown(field.value), problem));
}

void wrong_kind(const Field& field, std::string_view form)
{
    field.remarks.mistake(field.value.place,
                          fmt::format("{} is {}; it must be {}", field.key, kind_name(field.value), form));
}

std::optional<std::string> read_text(const Field& field, std::string_view form)
{
    if (!field.value.is(Kind::text)) {
        wrong_kind(field, form);
        return std::nullopt;
    }
    if (field.value.text.empty()) {
        field.remarks.mistake(field.value.place, fmt::format("{} is an empty string (give it a value)", field.key));
        return std::nullopt;
    }
    if (field.value.text.find('\0') != std::string::npos) {
        wrong(field, "it must not contain a NUL character");
        return std::nullopt;
    }
    return field.value.text;
}

std::vector<Word> read_texts(const Field& field)
{
    constexpr std::string_view form = "a string or an array of strings";
    std::vector<Word> words;
    if (!field.value.is(Kind::array)) {
        if (auto text = read_text(field, form)) words.push_back({std::move(*text), field.value.place});
        return words;
    }
    if (field.value.items.empty())
        field.remarks.mistake(field.value.place, fmt::format("{} is an empty array (name at least one)", field.key));
    for (const auto& item : field.value.items) {
        if (!item.is(Kind::text)) {
            field.remarks.mistake(item.place,
                                  fmt::format("{} holds {}; it must be {}", field.key, kind_name(item), form));
        } else if (auto text = read_text(field.with(item))) {
            words.push_back({std::move(*text), item.place});
        }
    }
    return words;
}

std::optional<bool> read_bool(const Field& field)
{
    if (field.value.is(Kind::boolean)) return field.value.truth;
    wrong_kind(field, "true or false");
    return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Field& field, std::int64_t least, std::int64_t most)
{
    constexpr auto any = std::numeric_limits<std::int64_t>::max();
    const bool whole = field.value.is(Kind::integer);
    if (whole && field.value.integer >= least && field.value.integer <= most) return field.value.integer;
    const auto bounds = most != any         ? fmt::format("from {} to {}", least, most)
                        : least == 0        ? std::string("0 or more, at most 2^63-1")
                        : least == -any - 1 ? std::string("an integer")
                                            : fmt::format("{} or more", least);
    if (whole)
        wrong(field, "it must be " + bounds);
    else
        wrong_kind(field, bounds.starts_with("an ") ? bounds : "an integer, " + bounds);
    return std::nullopt;
}

std::optional<Chance> read_share(const Field& field, bool above_zero)
{
    const std::string_view bounds = above_zero ? "above 0.0 and at most 1.0" : "from 0.0 to 1.0";
    if (!field.value.is_number()) {
        wrong_kind(field, fmt::format("a number {}", bounds));
        return std::nullopt;
    }
    const double share = field.value.number;
    if (!(share >= 0.0 && share <= 1.0) || (above_zero && share == 0.0)) { // also refuses NaN
        wrong(field, fmt::format("it must be {}", bounds));
        return std::nullopt;
    }
    return chance_from(share);
}

std::optional<std::size_t> read_choice(const Field& field, std::span<const std::string_view> words)
{
    const auto found = std::ranges::find(words, std::string_view{field.value.text});
    if (field.value.is(Kind::text) && found != words.end()) return found - words.begin();
    const auto text = read_text(field, fmt::format("one of {}", one_of(words)));
    if (!text) return std::nullopt;
    const auto near = did_you_mean(*text, words);
    field.remarks.mistake(field.value.place,
                          fmt::format("unknown {} {}{}", field.key, in_quotes(*text),
                                      near.empty() ? fmt::format(" (it must be {})", one_of(words)) : near));
    return std::nullopt;
}

std::optional<std::uint64_t> read_bytes(const Field& field)
{
    std::optional<std::uint64_t> bytes;
    if (field.value.is(Kind::integer)) {
        const auto number = read_integer(field, 1, std::numeric_limits<std::int64_t>::max());
        if (number) bytes = static_cast<std::uint64_t>(*number);
        return bytes;
    }
    bytes = read_notation(field, parse_size, "a number of bytes, or a size such as \"4KiB\"");
    if (bytes == 0) {
        wrong(field, "it must be 1 or more");
        return std::nullopt;
    }
    return bytes;
}

} // namespace faultline::language
