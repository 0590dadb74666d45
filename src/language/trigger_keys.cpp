// Which of its matches a fault fires at.
#include "language/fault_keys.hpp"
#include "language/words.hpp"

#include <algorithm>
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

std::string say_after(const Plan& /*plan*/, const Fault& fault)
{
    return fault.after == 0 ? "" : fmt::format(", from {} on", duration(fault.after));
}

void read_until(FaultDraft& draft, const Field& field)
{
    const auto time = read_time(field);
    if (!time) return;
    if (*time == 0) return wrong(field, "the fault would never fire (enabled = false switches it off)");
    draft.fault.until = *time;
}

std::string say_until(const Plan& /*plan*/, const Fault& fault)
{
    return fault.until == unlimited ? "" : fmt::format(", until {}", duration(fault.until));
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

/// Whose matches `on` numbers, by Count.
constexpr std::string_view of_whom[] = {"",
                                        " of each thread",
                                        " of each function in each thread",
                                        " of each descriptor",
                                        " of each site",
                                        " of the whole run"};
static_assert(std::size(of_whom) == count_names.size());

/// ", at match 3", ", at matches 2, 5 and 7 to 20 in steps of 2".
std::string say_on(const Plan& plan, const Fault& fault)
{
    if (fault.on.count == 0) return {};
    std::vector<std::string> parts;
    bool single = true;
    for (const auto& on : plan.view(fault.on)) {
        auto text = on.last == unlimited  ? fmt::format("from {} on", on.first)
                    : on.last == on.first ? fmt::format("{}", on.first)
                                          : fmt::format("{} to {}", on.first, on.last);
        if (on.step != 1) text += fmt::format(" in steps of {}", on.step);
        single = single && on.first == on.last && parts.empty();
        parts.push_back(std::move(text));
    }
    const bool of_calls = fault.count == Count::call;
    return fmt::format(", at {} {}{}", of_calls ? (single ? "call" : "calls") : (single ? "match" : "matches"),
                       joined(parts, "and"), of_whom[static_cast<std::size_t>(fault.count)]);
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

std::string say_budget(const Plan& /*plan*/, const Fault& fault)
{
    if (!fault.has_budget()) return {};
    return fmt::format(", once {} have gone through{}", bytes(fault.budget),
                       fault.count == Count::fd ? " that descriptor" : "");
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

std::string say_burst(const Plan& /*plan*/, const Fault& fault)
{
    if (fault.burst.enter == 0) return {};
    return fmt::format(", in runs that begin at {} of the matches and end at {}", percent(share_of(fault.burst.enter)),
                       percent(share_of(fault.burst.leave)));
}

void read_max_triggers(FaultDraft& draft, const Field& field)
{
    const auto most = read_integer(field, 1, std::numeric_limits<std::int64_t>::max());
    if (most) draft.fault.max_triggers = static_cast<std::uint64_t>(*most);
}

std::string say_max_triggers(const Plan& /*plan*/, const Fault& fault)
{
    if (fault.max_triggers == unlimited) return {};
    return fault.max_triggers == 1 ? ", at most once" : fmt::format(", at most {} times", fault.max_triggers);
}

void read_sticky(FaultDraft& draft, const Field& field)
{
    if (const auto choice = read_choice(field, stickies)) draft.fault.sticky = static_cast<Sticky>(*choice + 1);
}

std::string say_sticky(const Plan& /*plan*/, const Fault& fault)
{
    if (fault.sticky == Sticky::no) return {};
    return fmt::format(", and from the first on at every later match{}",
                       fault.sticky == Sticky::fault
                           ? std::string()
                           : fmt::format(" of that {}", fault.sticky == Sticky::fd ? "descriptor" : "site"));
}

// In the order in which they are said.
constexpr FaultKey trigger_rows[] = {
    {"on", all_types, no_types, read_on, "which matches fire: \"3\", \"2,5\", \"3..\", \"3..10\", \"3..10+2\", \"..5\"",
     say_on},
    {"count", all_types, no_types, read_count,
     "whose matches `on` numbers: \"process\", \"thread\", \"fd\", \"site\" or \"run\" (or whose bytes `budget`); "
     "\"call\": "
     "all calls that the thread makes of the function"},
    {"budget", all_types, no_types, read_budget, "let so many bytes through, then fire for good: \"10MiB\"",
     say_budget},
    {"after", all_types, no_types, read_after, "not before this time since arming: \"2s\"", say_after},
    {"until", all_types, no_types, read_until, "not after this time since arming", say_until},
    {"probability", all_types, no_types, read_probability, "share of the matches that fire, 0.0 to 1.0"},
    {"burst", all_types, no_types, read_burst, "fire in runs: { enter = 0.01, leave = 0.25 }", say_burst},
    {"sticky", all_types, no_types, read_sticky, "once fired, fire at every later match: \"fault\", \"fd\" or \"site\"",
     say_sticky},
    {"max_triggers", all_types, no_types, read_max_triggers, "fire at most so many times", say_max_triggers},
};

} // namespace

std::span<const FaultKey> trigger_keys() { return trigger_rows; }

bool is_plain(const FaultDraft& draft)
{
    constexpr std::string_view plain[] = {"probability", "max_triggers", "count"};
    return draft.fault.count <= Count::thread && draft.fault.after_failure != AfterFailure::late &&
           std::ranges::none_of(trigger_rows, [&](const FaultKey& key) {
               return draft.has(key.name) && std::ranges::count(plain, key.name) == 0;
           });
}

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
