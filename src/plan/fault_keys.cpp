#include "plan/fault_keys.hpp"

#include "calls/errors.hpp"
#include "plan/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultline::plan {

namespace {

constexpr Types one(Type type) { return Types{1} << static_cast<unsigned>(type); }
constexpr Types all = (Types{1} << type_names.size()) - 1;
constexpr Types none = 0;

void read_name(FaultDraft& draft, const Field& field)
{
    auto text = read_text(field);
    if (!text) return;
    const bool printable =
        std::none_of(text->begin(), text->end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
    if (!printable) return wrong(field, "it must not contain line breaks or other control characters");
    draft.name = {std::move(*text), place_of(field.node)};
}

void read_functions(FaultDraft& draft, const Field& field) { draft.functions = read_texts(field); }

void read_type(FaultDraft& draft, const Field& field)
{
    const auto choice = read_choice(field, type_names);
    if (!choice) return;
    draft.fault.type = static_cast<Type>(*choice);
    draft.type_known = true;
}

std::vector<std::string_view> error_names()
{
    std::vector<std::string_view> names;
    for (const auto& known : calls::named_errors)
        names.push_back(known.name);
    return names;
}

void add_error(FaultDraft& draft, const Word& word, std::uint32_t weight, Remarks& remarks)
{
    const int code = calls::error_code(word.text);
    if (code == 0) {
        const auto near = did_you_mean(word.text, error_names());
        return remarks.mistake(word.place, fmt::format("unknown errno {}{}", in_quotes(word.text),
                                                       near.empty() ? " (a symbol such as ENOSPC)" : near));
    }
    for (const auto& other : draft.errors) {
        if (other.code != code) continue;
        const bool alias = other.name.text != word.text;
        return remarks.mistake(
            word.place,
            alias ? fmt::format("errno '{}' is another name of '{}' (keep one)", word.text, other.name.text)
                  : fmt::format("errno '{}' is named twice (give it a weight, {{ {} = 2, … }})", word.text, word.text));
    }
    draft.errors.push_back({code, weight, word});
}

void read_errno(FaultDraft& draft, const Field& field)
{
    const auto* weights = field.node.as_table();
    if (weights == nullptr) {
        if (!field.node.is_string() && !field.node.is_array())
            return wrong_kind(
                field, "a symbol such as \"ENOSPC\", an array of them, or weights such as { EIO = 3, ENOSPC = 1 }");
        for (const auto& word : read_texts(field))
            add_error(draft, word, 1, field.remarks);
        return;
    }
    if (weights->empty())
        return field.remarks.mistake(place_of(field.node), "errno is an empty table (name at least one)");
    struct Weight {
        Word word;
        std::uint32_t weight;
    };
    std::vector<Weight> in_file_order; // toml++ sorts by name
    for (auto&& [key, node] : *weights) {
        const auto weight = read_integer({"the weight of an errno", node, field.remarks}, 1, 1'000'000);
        if (weight)
            in_file_order.push_back({{std::string(key.str()), place_of(key)}, static_cast<std::uint32_t>(*weight)});
    }
    std::sort(in_file_order.begin(), in_file_order.end(), [](const Weight& a, const Weight& b) {
        return std::pair(a.word.place.line, a.word.place.column) < std::pair(b.word.place.line, b.word.place.column);
    });
    for (const auto& [word, weight] : in_file_order)
        add_error(draft, word, weight, field.remarks);
}

void read_returns(FaultDraft& draft, const Field& field)
{
    using Limits = std::numeric_limits<std::int64_t>;
    const auto value = read_integer(field, Limits::min(), Limits::max());
    if (!value) return;
    draft.fault.returns = *value;
    draft.fault.has_returns = true;
}

void read_probability(FaultDraft& draft, const Field& field)
{
    if (const auto chance = read_share(field, false)) draft.fault.probability = *chance;
}

void read_position(FaultDraft& draft, const Field& field)
{
    if (field.node.is_integer()) {
        const auto match = read_integer(field, 1, std::numeric_limits<std::int64_t>::max());
        if (match) draft.on.push_back({static_cast<std::uint64_t>(*match), static_cast<std::uint64_t>(*match), 1});
        return;
    }
    const auto positions = read_notation(field, parse_positions, "a match such as 3, or matches such as \"3..10\"");
    if (positions) draft.on.insert(draft.on.end(), positions->begin(), positions->end());
}

void read_on(FaultDraft& draft, const Field& field)
{
    const auto* array = field.node.as_array();
    if (array == nullptr) return read_position(draft, field);
    if (array->empty()) field.remarks.mistake(place_of(field.node), "on is an empty array (name at least one match)");
    for (const auto& item : *array)
        read_position(draft, field.with(item));
}

void read_count(FaultDraft& draft, const Field& field)
{
    if (const auto choice = read_choice(field, count_names)) draft.fault.count = static_cast<Count>(*choice);
}

void read_max_triggers(FaultDraft& draft, const Field& field)
{
    const auto most = read_integer(field, 1, std::numeric_limits<std::int64_t>::max());
    if (most) draft.fault.max_triggers = static_cast<std::uint64_t>(*most);
}

void read_enabled(FaultDraft& draft, const Field& field)
{
    if (const auto value = read_bool(field)) draft.fault.enabled = *value;
}

void read_path(FaultDraft& draft, const Field& field)
{
    for (const auto& word : read_texts(field)) {
        const bool negated = word.text.front() == '!';
        const auto pattern = std::string_view(word.text).substr(negated ? 1 : 0);
        const auto problem = pattern.empty() ? "a glob must follow the '!'" : glob_problem(pattern, true);
        if (!problem.empty())
            field.remarks.mistake(word.place, fmt::format("path is {}; {}", in_quotes(word.text), problem));
        else
            draft.paths.push_back({std::string(pattern), negated});
    }
}

void read_size(FaultDraft& draft, const Field& field)
{
    constexpr std::string_view form = "a condition such as \">= 4096\" or \"1..512\", or a number of bytes";
    std::optional<Range> range;
    if (field.node.is_integer()) {
        const auto bytes = read_integer(field, 0, std::numeric_limits<std::int64_t>::max());
        if (bytes) range = Range{static_cast<std::uint64_t>(*bytes), static_cast<std::uint64_t>(*bytes)};
    } else {
        range = read_notation(field, parse_size_condition, form);
    }
    if (!range) return;
    draft.fault.size_least = range->first;
    draft.fault.size_most = range->last;
    if (!draft.fault.selects_size()) wrong(field, "every size is like that (leave it out)");
}

void read_delay_key(FaultDraft& draft, const Field& field)
{
    if (const auto delay = read_delay(field)) draft.fault.delay = *delay;
}

void read_mode(FaultDraft& draft, const Field& field)
{
    if (const auto choice = read_choice(field, mode_names)) draft.fault.mode = static_cast<Mode>(*choice);
}

void read_share_key(FaultDraft& draft, const Field& field)
{
    if (const auto share = read_share(field, true)) draft.fault.amount.share = *share;
}

void read_bytes_key(FaultDraft& draft, const Field& field)
{
    if (const auto bytes = read_bytes(field)) draft.fault.amount.bytes = *bytes;
}

void read_damage_range(FaultDraft& draft, const Field& field)
{
    const auto range = read_notation(field, parse_range, "a range of bytes such as \"0..15\"");
    if (!range) return;
    draft.fault.range_first = range->first;
    draft.fault.range_last = range->last;
}

constexpr FaultKey keys[] = {
    {"name", all, all, read_name, "what messages and statistics call the fault; unique"},
    {"functions", all, all, read_functions, "which calls: names, globs, @groups; \"!…\" takes some out again"},
    {"type", all, all, read_type, "what is done to the call"},
    {"enabled", all, none, read_enabled, "false: the fault is checked but never fires"},
    {"path", all, none, read_path, "globs over the call's path or that of its descriptor; \"!…\" excludes"},
    {"size", all, none, read_size, "the bytes asked for: \">= 4096\", \"1..512\""},
    {"on", all, none, read_on, "which matches fire: \"3\", \"2,5\", \"3..\", \"3..10\", \"3..10+2\", \"..5\""},
    {"count", all, none, read_count, "whose matches `on` numbers: \"process\" or \"thread\""},
    {"probability", all, none, read_probability, "share of the matches that fire, 0.0 to 1.0"},
    {"max_triggers", all, none, read_max_triggers, "fire at most so many times"},
    {"delay", all & ~one(Type::delay) & ~one(Type::timeout), none, read_delay_key,
     "wait first: \"10ms\", { min, max } or { mean, stddev, distribution }"},
    {"delay", one(Type::delay), one(Type::delay), read_delay_key,
     "how long to wait: \"10ms\", { min, max } or { mean, stddev, distribution }"},
    {"delay", one(Type::timeout), none, read_delay_key,
     "how long to wait where the caller has set no limit; left out: 0"},
    {"errno", one(Type::error), none, read_errno, "the error: a symbol, a list to pick from, or weights"},
    {"returns", one(Type::error), none, read_returns, "the value returned, instead of the function's failure value"},
    {"returns", one(Type::returns), one(Type::returns), read_returns, "the value returned"},
    {"mode", one(Type::corruption), none, read_mode, "how bytes are damaged"},
    {"rate", one(Type::corruption), none, read_share_key, "share of the bytes that are damaged, up to 1.0"},
    {"bytes", one(Type::corruption), none, read_bytes_key, "how many bytes are damaged; left out: 1"},
    {"range", one(Type::corruption), none, read_damage_range, "damage only these bytes of the data: \"0..15\""},
    {"bytes", one(Type::shorten), none, read_bytes_key, "how many bytes go through"},
    {"fraction", one(Type::shorten), none, read_share_key, "share of the bytes that go through; left out: 0.5"},
};

/// Two ways to say the same thing.
constexpr std::pair<std::string_view, std::string_view> alternatives[] = {{"rate", "bytes"}, {"fraction", "bytes"}};

/// The row for a key in a fault of this type; where there is none, any row of that name; or null.
const FaultKey* find_key(std::string_view name, const FaultDraft& draft)
{
    const FaultKey* found = nullptr;
    for (const auto& key : keys) {
        if (key.name != name) continue;
        if (found == nullptr) found = &key;
        if (draft.type_known && (key.types & one(draft.fault.type)) != 0) return &key;
    }
    return found;
}

Types takers_of(std::string_view name)
{
    Types types = none;
    for (const auto& key : keys)
        if (key.name == name) types |= key.types;
    return types;
}

/// Whether the key is read in another way by another type.
bool means_several(std::string_view name)
{
    const FaultKey* first = nullptr;
    for (const auto& key : keys) {
        if (key.name != name) continue;
        if (first == nullptr) first = &key;
        if (key.read != first->read) return true;
    }
    return false;
}

void read_key(const toml::key& name, const toml::node& node, FaultDraft& draft, Remarks& remarks)
{
    const auto* key = find_key(name.str(), draft);
    if (key == nullptr) return unknown_key(name, node, "fault", remarks);
    draft.given.emplace(key->name, place_of(name));
    if (!draft.type_known && means_several(key->name)) return;
    if (draft.type_known && (key->types & one(draft.fault.type)) == 0) {
        const auto takers = takers_of(key->name);
        remarks.mistake(place_of(name),
                        fmt::format("type '{}' does not take the key '{}' ({} {})",
                                    type_names[static_cast<std::size_t>(draft.fault.type)], key->name,
                                    names_of(takers, "and"), (takers & (takers - 1)) != 0 ? "do" : "does"));
    }
    key->read(draft, {key->name, node, remarks});
}

void check_required(const FaultDraft& draft, Remarks& remarks)
{
    for (const auto& key : keys) {
        if (draft.has(key.name) || key.required == none) continue;
        if (key.required == all)
            remarks.mistake(draft.place, fmt::format("the key '{}' is missing (every [[fault]] needs it)", key.name));
        else if (draft.type_known && (key.required & one(draft.fault.type)) != 0)
            remarks.mistake(draft.place, fmt::format("the key '{}' is missing (type '{}' needs it)", key.name,
                                                     type_names[static_cast<std::size_t>(draft.fault.type)]));
    }
}

} // namespace

std::span<const FaultKey> fault_keys() { return keys; }

std::string names_of(Types types, std::string_view conjunction)
{
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < type_names.size(); ++i)
        if ((types >> i & 1U) != 0) names.push_back(type_names[i]);
    return types == all ? std::string() : one_of(names, conjunction);
}

void read_fault(const toml::table& table, FaultDraft& draft, Remarks& remarks)
{
    draft.place = place_of(table);
    if (const auto* type = table.get("type")) read_type(draft, {"type", *type, remarks}); // the others depend on it
    for (auto&& [key, node] : table) {
        if (key.str() == "type")
            draft.given.emplace("type", place_of(key));
        else
            read_key(key, node, draft, remarks);
    }
    check_required(draft, remarks);
    for (const auto& [one_way, other] : alternatives) {
        if (!draft.has(one_way) || !draft.has(other)) continue;
        remarks.mistake(draft.given[one_way],
                        fmt::format("a fault has either '{}' or '{}', not both (leave one out)", one_way, other));
    }
    auto& amount = draft.fault.amount;
    if (amount.bytes != 0 || amount.share != 0) return;
    if (draft.fault.type == Type::corruption) amount.bytes = 1;
    if (draft.fault.type == Type::shorten) amount.share = chance_from(0.5);
}

} // namespace faultline::plan
