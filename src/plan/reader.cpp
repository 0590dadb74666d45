#include "plan/reader.hpp"

#include "plan/suggest.hpp"

#include <fmt/format.h>

namespace faultline::plan {

namespace {

std::string_view kind_name(const toml::node& node)
{
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "an array";
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "an integer";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

/// The value as it stands in the plan, for a message.
std::string shown(const toml::node& node)
{
    if (const auto* text = node.as_string()) return in_quotes(text->get());
    if (const auto* number = node.as_integer()) return fmt::format("{}", number->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    return std::string(kind_name(node));
}

} // namespace

Place place_of(const toml::node& node)
{
    const auto begin = node.source().begin;
    return {static_cast<int>(begin.line), static_cast<int>(begin.column)};
}

Place place_of(const toml::key& key)
{
    const auto begin = key.source().begin;
    return {static_cast<int>(begin.line), static_cast<int>(begin.column)};
}

void wrong(const Field& field, std::string_view problem)
{
    field.remarks.mistake(place_of(field.node), fmt::format("{} is {}; {}", field.key, shown(field.node), problem));
}

void wrong_kind(const Field& field, std::string_view form)
{
    field.remarks.mistake(place_of(field.node),
                          fmt::format("{} is {}; it must be {}", field.key, kind_name(field.node), form));
}

std::optional<std::string> read_text(const Field& field, std::string_view form)
{
    const auto* text = field.node.as_string();
    if (text == nullptr) {
        wrong_kind(field, form);
        return std::nullopt;
    }
    if (text->get().empty()) {
        field.remarks.mistake(place_of(field.node), fmt::format("{} is an empty string (give it a value)", field.key));
        return std::nullopt;
    }
    if (text->get().find('\0') != std::string::npos) {
        wrong(field, "it must not contain a NUL character");
        return std::nullopt;
    }
    return text->get();
}

std::vector<Word> read_texts(const Field& field)
{
    constexpr std::string_view form = "a string or an array of strings";
    std::vector<Word> words;
    const auto* array = field.node.as_array();
    if (array == nullptr) {
        if (auto text = read_text(field, form)) words.push_back({std::move(*text), place_of(field.node)});
        return words;
    }
    if (array->empty())
        field.remarks.mistake(place_of(field.node), fmt::format("{} is an empty array (name at least one)", field.key));
    for (const auto& item : *array) {
        if (!item.is_string()) {
            field.remarks.mistake(place_of(item),
                                  fmt::format("{} holds {}; it must be {}", field.key, kind_name(item), form));
        } else if (auto text = read_text(field.with(item))) {
            words.push_back({std::move(*text), place_of(item)});
        }
    }
    return words;
}

std::optional<bool> read_bool(const Field& field)
{
    if (const auto* value = field.node.as_boolean()) return value->get();
    wrong_kind(field, "true or false");
    return std::nullopt;
}

std::optional<std::int64_t> read_integer(const Field& field, std::int64_t least, std::int64_t most)
{
    constexpr auto any = std::numeric_limits<std::int64_t>::max();
    const auto bounds = most != any         ? fmt::format("from {} to {}", least, most)
                        : least == 0        ? std::string("0 or more, at most 2^63-1")
                        : least == -any - 1 ? std::string("an integer")
                                            : fmt::format("{} or more", least);
    const auto* number = field.node.as_integer();
    if (number == nullptr) {
        wrong_kind(field, bounds.starts_with("an ") ? bounds : "an integer, " + bounds);
        return std::nullopt;
    }
    if (number->get() < least || number->get() > most) {
        wrong(field, "it must be " + bounds);
        return std::nullopt;
    }
    return number->get();
}

std::optional<Chance> read_share(const Field& field, bool above_zero)
{
    const std::string_view bounds = above_zero ? "above 0.0 and at most 1.0" : "from 0.0 to 1.0";
    if (!field.node.is_number()) {
        wrong_kind(field, fmt::format("a number {}", bounds));
        return std::nullopt;
    }
    const double share = *field.node.value<double>();
    if (!(share >= 0.0 && share <= 1.0) || (above_zero && share == 0.0)) { // also refuses NaN
        wrong(field, fmt::format("it must be {}", bounds));
        return std::nullopt;
    }
    return chance_from(share);
}

std::optional<std::size_t> read_choice(const Field& field, std::span<const std::string_view> words)
{
    const auto text = read_text(field, fmt::format("one of {}", one_of(words)));
    if (!text) return std::nullopt;
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == *text) return i;
    const auto near = did_you_mean(*text, words);
    field.remarks.mistake(place_of(field.node),
                          fmt::format("unknown {} {}{}", field.key, in_quotes(*text),
                                      near.empty() ? fmt::format(" (it must be {})", one_of(words)) : near));
    return std::nullopt;
}

std::optional<std::uint64_t> read_bytes(const Field& field)
{
    std::optional<std::uint64_t> bytes;
    if (field.node.is_integer()) {
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

} // namespace faultline::plan
