// Which of its matches a fault fires at.
#include "language/fault_keys.hpp"

#include <fmt/format.h>

namespace faultline::language {

namespace {

constexpr std::array<std::string_view, 3> stickies{sticky_names[1], sticky_names[2], sticky_names[3]};

void read_position(FaultDraft& draft, const Field& field)
{
    if (field.value.is(Value::Kind::integer)) {
        const auto match = read_integer(field, 1, std::numeric_limits<std::int64_t>::max());
        if (match) draft.on.push_back({static_cast<std::uint64_t>(*match), static_cast<std::uint64_t>(*match), 1});
        return;
    }
    const auto positions = read_notation(field, parse_positions, "a match such as 3, or matches such as \"3..10\"");
    if (positions) draft.on.insert(draft.on.end(), positions->begin(), positions->end());
}

std::optional<std::uint64_t> read_time(const Field& field)
{
    return read_notation(field, parse_duration, "a duration such as \"2s\"");
}

void read_after(FaultDraft& draft, const Field& field)
{
    if (const auto time = read_time(field)) draft.fault.after = *time;
}

void read_until(FaultDraft& draft, const Field& field)
{
    const auto time = read_time(field);
    if (!time) return;
    if (*time == 0) return wrong(field, "the fault would never fire (enabled = false switches it off)");
    draft.fault.until = *time;
}

void read_on(FaultDraft& draft, const Field& field)
{
    const auto* array = field.value.as(Value::Kind::array);
    if (array == nullptr) return read_position(draft, field);
    if (array->items.empty())
        field.remarks.mistake(field.value.place, "on is an empty array (name at least one match)");
    for (const auto& item : array->items)
        read_position(draft, field.with(item));
}

void read_count(FaultDraft& draft, const Field& field)
{
    if (const auto choice = read_choice(field, count_names)) draft.fault.count = static_cast<Count>(*choice);
}

void read_budget(FaultDraft& draft, const Field& field)
{
    std::optional<std::uint64_t> bytes;
    if (field.value.is(Value::Kind::integer)) {
        const auto number = read_integer(field, 0, std::numeric_limits<std::int64_t>::max());
        if (number) bytes = static_cast<std::uint64_t>(*number);
    } else {
        bytes = read_notation(field, parse_size, "a number of bytes, or a size such as \"10MiB\"");
    }
    if (bytes) draft.fault.budget = *bytes;
}

void read_probability(FaultDraft& draft, const Field& field)
{
    if (const auto chance = read_share(field, false)) draft.fault.probability = *chance;
}

void read_burst(FaultDraft& draft, const Field& field)
{
    constexpr std::string_view form = "a table, { enter = 0.01, leave = 0.25 }";
    const auto* table = field.value.as(Value::Kind::table);
    if (table == nullptr) return wrong_kind(field, form);
    for (const auto& [key, value] : table->entries) {
        const bool enter = key.name == "enter";
        if (!enter && key.name != "leave") {
            field.remarks.mistake(key.place, fmt::format("unknown key '{}' in burst (it must be {})", key.name, form));
            continue;
        }
        const auto chance = read_share({enter ? "burst.enter" : "burst.leave", value, field.remarks}, true);
        if (chance) (enter ? draft.fault.burst.enter : draft.fault.burst.leave) = *chance;
    }
    if (table->find("enter") == nullptr || table->find("leave") == nullptr)
        wrong_kind(field, fmt::format("{}, with both", form));
}

void read_max_triggers(FaultDraft& draft, const Field& field)
{
    const auto most = read_integer(field, 1, std::numeric_limits<std::int64_t>::max());
    if (most) draft.fault.max_triggers = static_cast<std::uint64_t>(*most);
}

void read_sticky(FaultDraft& draft, const Field& field)
{
    if (const auto choice = read_choice(field, stickies)) draft.fault.sticky = static_cast<Sticky>(*choice + 1);
}

constexpr FaultKey trigger_rows[] = {
    {"after", all_types, no_types, read_after, "not before this time since arming: \"2s\""},
    {"until", all_types, no_types, read_until, "not after this time since arming"},
    {"on", all_types, no_types, read_on,
     "which matches fire: \"3\", \"2,5\", \"3..\", \"3..10\", \"3..10+2\", \"..5\""},
    {"count", all_types, no_types, read_count,
     "whose matches `on` numbers: \"process\", \"thread\", \"fd\", \"site\" or \"run\" (or whose bytes `budget`); "
     "\"call\": "
     "all calls that the thread makes of the function"},
    {"budget", all_types, no_types, read_budget, "let so many bytes through, then fire for good: \"10MiB\""},
    {"probability", all_types, no_types, read_probability, "share of the matches that fire, 0.0 to 1.0"},
    {"burst", all_types, no_types, read_burst, "fire in runs: { enter = 0.01, leave = 0.25 }"},
    {"max_triggers", all_types, no_types, read_max_triggers, "fire at most so many times"},
    {"sticky", all_types, no_types, read_sticky,
     "once fired, fire at every later match: \"fault\", \"fd\" or \"site\""},
};

} // namespace

std::span<const FaultKey> trigger_keys() { return trigger_rows; }

void check_triggers(const FaultDraft& draft, Remarks& remarks)
{
    const auto& fault = draft.fault;
    const auto place = [&](std::string_view key) { return draft.given.at(key); };
    if (draft.has("after") && draft.has("until") && fault.after >= fault.until)
        remarks.mistake(place("until"), "the window ends before it begins (until has to be later than after)");
    const bool counts_bytes = draft.has("budget") && draft.has("count");
    if (counts_bytes && fault.count != Count::process && fault.count != Count::fd)
        remarks.mistake(place("count"), fmt::format("a budget is that of the process or of each descriptor, not of "
                                                    "each {} (count = \"process\" or \"fd\")",
                                                    count_names[static_cast<std::size_t>(fault.count)]));
    if (fault.sticky != Sticky::no && draft.has("max_triggers"))
        remarks.mistake(place("sticky"), "a fault cannot fire for good and at most so many times (leave out sticky or "
                                         "max_triggers)");
    const bool always = !draft.has("on") && !draft.has("after") && !draft.has("budget") &&
                        fault.probability == unlimited && fault.burst.enter == 0;
    if (fault.sticky != Sticky::no && always)
        remarks.mistake(place("sticky"), "it fires at every match anyway (add a trigger, or leave sticky out)");
}

} // namespace faultline::language
