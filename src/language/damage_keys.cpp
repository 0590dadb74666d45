// What a corruption damages beside bytes anywhere: a run of them, or what stat and its kin tell.
#include "calls/attributes.hpp"
#include "language/fault_keys.hpp"
#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace faultline::language {

namespace {

/// Each name once: an attribute may stand in several structures.
std::vector<std::string_view> attribute_names()
{
    std::vector<std::string_view> names;
    for (const auto& attribute : calls::attributes)
        if (std::find(names.begin(), names.end(), attribute.name) == names.end()) names.push_back(attribute.name);
    return names;
}

/// Octal digits, as chmod takes them.
std::optional<std::int64_t> read_file_mode(const Field& field)
{
    constexpr unsigned most = 0177777;
    constexpr std::string_view form = "a string of octal digits such as \"0644\"";
    const auto text = read_text(field, form);
    if (!text) return std::nullopt;
    unsigned mode = 0;
    const auto* const last = text->data() + text->size();
    const auto [end, problem] = std::from_chars(text->data(), last, mode, 8);
    if (problem == std::errc{} && end == last && mode <= most) return mode;
    wrong(field, fmt::format("it must be {}", form));
    return std::nullopt;
}

std::optional<AttributeValue> read_attribute(const calls::Attribute& row, const Field& field)
{
    using Notation = calls::Attribute::Notation;
    AttributeValue value;
    value.row = static_cast<std::uint16_t>(&row - calls::attributes);
    std::optional<std::int64_t> number;
    if (row.notation == Notation::mode) {
        number = read_file_mode(field);
    } else if (row.notation == Notation::time && !field.value.is(Value::Kind::integer)) {
        number =
            read_notation(field, parse_signed_duration, "a time to move it by, such as \"-1h\", or seconds since 1970");
        value.relative = 1;
    } else {
        constexpr auto largest = std::numeric_limits<std::int64_t>::max();
        const bool is_short = row.bytes < sizeof(std::int64_t);
        number = read_integer(field, 0, is_short ? std::numeric_limits<std::uint32_t>::max() : largest);
    }
    if (!number) return std::nullopt;
    value.number = *number;
    return value;
}

void read_contiguous(FaultDraft& draft, const Field& field)
{
    if (const auto value = read_bool(field)) draft.fault.contiguous = *value;
}

void read_attributes(FaultDraft& draft, const Field& field)
{
    const auto* const table = field.value.as(Value::Kind::table);
    if (table != nullptr && table->entries.empty())
        return field.remarks.mistake(field.value.place,
                                     "attributes is an empty table (name at least one, such as size = 0)");
    if (table == nullptr) return wrong_kind(field, "a table of attributes such as { size = 0, mtime = \"-1h\" }");
    for (const auto& [key, node] : table->entries) {
        const auto* const row = calls::find_attribute(key.name);
        if (row == nullptr) {
            field.remarks.mistake(key.place, fmt::format("unknown attribute {}{}", in_quotes(key.name),
                                                         did_you_mean(key.name, attribute_names())));
            continue;
        }
        if (const auto value = read_attribute(*row, {row->name, node, field.remarks}))
            draft.attributes.push_back({*value, {key.name, key.place}});
    }
}

constexpr FaultKey damage_rows[] = {
    {"contiguous", one(Type::corruption), no_types, read_contiguous,
     "true: the damaged bytes lie side by side, as in one bad block"},
    {"attributes", one(Type::corruption), no_types, read_attributes,
     "what stat and its kin tell instead: { size = 0, mode = \"0644\", mtime = \"-1h\", free = 0 }"},
};

} // namespace

std::span<const FaultKey> damage_keys() { return damage_rows; }

void check_damage(const FaultDraft& draft, Remarks& remarks)
{
    if (!draft.type_known || draft.fault.type != Type::corruption) return;
    if (draft.has("attributes")) {
        for (const auto* key : {"mode", "rate", "bytes", "range", "contiguous"})
            if (draft.has(key))
                remarks.mistake(draft.given.at(key), fmt::format("'{}' cannot mean anything beside 'attributes' (it is "
                                                                 "about the bytes that a call moves)",
                                                                 key));
        return;
    }
    const auto mode = draft.fault.mode;
    if (draft.has("contiguous") && (mode == Mode::reverse || mode == Mode::truncate))
        remarks.mistake(
            draft.given.at("contiguous"),
            fmt::format("'contiguous' cannot mean anything with mode '{}' (its bytes lie side by side as it "
                        "is)",
                        mode_names[static_cast<std::size_t>(mode)]));
}

} // namespace faultline::language
