#include "language/fault_keys.hpp"

#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace faultline::language {

namespace {

void read_name(FaultDraft& draft, const Field& field)
{
    auto text = read_text(field);
    if (!text) return;
    const bool printable =
        std::none_of(text->begin(), text->end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
    if (!printable) return wrong(field, "it must not contain line breaks or other control characters");
    draft.name = {std::move(*text), field.value.place};
}

void read_functions(FaultDraft& draft, const Field& field) { draft.functions = read_texts(field); }

void read_type(FaultDraft& draft, const Field& field)
{
    // Only a function of the program's own can throw: for the engine that is a way to report an error.
    static constexpr auto names = [] {
        std::array<std::string_view, type_names.size() + 1> all{};
        *std::ranges::copy(type_names, all.begin()).out = "exception";
        return all;
    }();
    const auto choice = read_choice(field, std::span(names).first(draft.own ? names.size() : type_names.size()));
    if (!choice) return;
    draft.fault.throws = *choice == type_names.size();
    draft.fault.type = draft.fault.throws ? Type::error : static_cast<Type>(*choice);
    draft.type_known = true;
}

void read_enabled(FaultDraft& draft, const Field& field)
{
    if (const auto value = read_bool(field)) draft.fault.enabled = *value;
}

constexpr FaultKey own_rows[] = {
    {"name", all_types, all_types, read_name, "what messages and statistics call the fault; unique"},
    {"functions", all_types, all_types, read_functions,
     "which calls: names, globs, @groups; \"!…\" takes some out again"},
    {"type", all_types, all_types, read_type, "what is done to the call"},
    {"enabled", all_types, no_types, read_enabled, "false: the fault is checked but never fires"},
};

std::array<std::span<const FaultKey>, 5> all_rows()
{
    return {own_rows, selector_keys(), trigger_keys(), effect_keys(), damage_keys()};
}

/// Calls `see` with each row.
template <class See>
void each_row(const See& see)
{
    for (const auto rows : all_rows())
        std::ranges::for_each(rows, see);
}

/// Calls `see` with each row of that name.
template <class See>
void each_row(std::string_view name, const See& see)
{
    each_row([&](const FaultKey& key) {
        if (key.name == name) see(key);
    });
}

/// The row for a key in a fault of this type; where there is none, any row of that name; or null.
const FaultKey* find_key(std::string_view name, const FaultDraft& draft)
{
    const FaultKey* first = nullptr;
    for (const auto rows : all_rows())
        for (const auto& key : rows) {
            if (key.name != name) continue;
            if (draft.type_known && (key.types & one(draft.fault.type)) != 0) return &key;
            if (first == nullptr) first = &key;
        }
    return first;
}

Types takers_of(std::string_view name)
{
    Types types = no_types;
    each_row(name, [&](const FaultKey& key) { types |= key.types; });
    return types;
}

/// Whether the key is read in another way by another type.
bool means_several(std::string_view name)
{
    const FaultKey* first = nullptr;
    bool several = false;
    each_row(name, [&](const FaultKey& key) {
        if (first == nullptr) first = &key;
        several = several || key.read != first->read;
    });
    return several;
}

void read_key(const Key& name, const Value& value, FaultDraft& draft, Remarks& remarks)
{
    const auto* key = find_key(std::string_view(name.name), draft);
    if (key == nullptr) return unknown_key(name, value, "fault", remarks);
    draft.given.add(key->name, name.place);
    if (!draft.type_known && means_several(key->name)) return;
    if (draft.type_known && (key->types & one(draft.fault.type)) == 0) {
        const auto takers = takers_of(key->name);
        remarks.mistake(name.place, fmt::format("type '{}' does not take the key '{}' ({} {})",
                                                type_names[static_cast<std::size_t>(draft.fault.type)], key->name,
                                                names_of(takers, "and"), (takers & (takers - 1)) != 0 ? "do" : "does"));
    }
    key->read(draft, {key->name, value, remarks});
}

void check_required(const FaultDraft& draft, Remarks& remarks)
{
    each_row([&](const FaultKey& key) {
        if (key.required == no_types || draft.has(key.name)) return;
        if (key.required == all_types)
            remarks.mistake(draft.place, fmt::format("the key '{}' is missing (every [[fault]] needs it)", key.name));
        else if (draft.type_known && (key.required & one(draft.fault.type)) != 0)
            remarks.mistake(draft.place, fmt::format("the key '{}' is missing (type '{}' needs it)", key.name,
                                                     type_names[static_cast<std::size_t>(draft.fault.type)]));
    });
}

} // namespace

std::vector<FaultKey> fault_keys()
{
    std::vector<FaultKey> all;
    each_row([&](const FaultKey& key) { all.push_back(key); });
    return all;
}

std::string names_of(Types types, std::string_view conjunction)
{
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < type_names.size(); ++i)
        if ((types >> i & 1U) != 0) names.push_back(type_names[i]);
    return types == all_types ? std::string() : one_of(names, conjunction);
}

void read_fault(const Value& table, FaultDraft& draft, Remarks& remarks)
{
    draft.place = table.place;
    if (const auto* type = table.find("type")) read_type(draft, {"type", *type, remarks}); // the others depend on it
    for (const auto& [key, value] : table.entries) {
        if (key.name == "type")
            draft.given.add("type", key.place);
        else
            read_key(key, value, draft, remarks);
    }
    check_required(draft, remarks);
    for (std::size_t i = 0; i < selector_names.size(); ++i)
        if (draft.has(selector_names[i])) draft.fault.selectors |= bit_of(static_cast<Selector>(i));
    check_triggers(draft, remarks);
    check_damage(draft, remarks);
    complete_effect(draft, remarks);
}

} // namespace faultline::language
