#include "language/fault_keys.hpp"

#include "language/key_readers.hpp"
#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace faultline::language {

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
    draft.name = {std::move(*text), field.value.place};
}

void read_functions(FaultDraft& draft, const Field& field) { draft.functions = read_texts(field); }

void read_type(FaultDraft& draft, const Field& field)
{
    // Only a function of the program's own can throw: for the engine that is a way to report an error.
    std::vector<std::string_view> names(type_names.begin(), type_names.end());
    if (draft.own) names.emplace_back("exception");
    const auto choice = read_choice(field, names);
    if (!choice) return;
    draft.fault.throws = *choice == type_names.size();
    draft.fault.type = draft.fault.throws ? Type::error : static_cast<Type>(*choice);
    draft.type_known = true;
}

void read_enabled(FaultDraft& draft, const Field& field)
{
    if (const auto value = read_bool(field)) draft.fault.enabled = *value;
}

constexpr FaultKey keys[] = {
    {"name", all, all, read_name, "what messages and statistics call the fault; unique"},
    {"functions", all, all, read_functions, "which calls: names, globs, @groups; \"!…\" takes some out again"},
    {"type", all, all, read_type, "what is done to the call"},
    {"enabled", all, none, read_enabled, "false: the fault is checked but never fires"},
    {"path", all, none, read_path, "globs over the call's path or that of its descriptor; \"!…\" excludes"},
    {"fd", all, none, read_fd, "descriptors by number: 0, [1, 2]"},
    {"fd_kind", all, none, read_fd_kind, "what the descriptor is: \"file\", \"pipe\", \"socket\", \"datagram\", …"},
    {"peer", all, none, read_peer, "the remote end: \"10.0.0.0/8:5432\", \"*.example.com\", \"unix:/run/*.sock\""},
    {"size", all, none, read_size, "the bytes asked for: \">= 4096\", \"1..512\""},
    {"flags", all, none, read_flags, "flags that are set, or with \"!\" are not: \"O_APPEND\", \"!MSG_DONTWAIT\""},
    {"caller", all, none, read_caller, "globs over the calling module, or module!function; \"!…\" excludes"},
    {"site", all, none, read_site, "call stacks, by the ids that events show"},
    {"thread", all, none, read_thread, "globs over the thread's name; \"!…\" excludes"},
    {"program", all, none, read_program, "globs over the executable's name; \"!…\" excludes"},
    {"after", all, none, read_after, "not before this time since arming: \"2s\""},
    {"until", all, none, read_until, "not after this time since arming"},
    {"on", all, none, read_on, "which matches fire: \"3\", \"2,5\", \"3..\", \"3..10\", \"3..10+2\", \"..5\""},
    {"count", all, none, read_count,
     "whose matches `on` numbers: \"process\", \"thread\", \"fd\", \"site\" or \"run\" (or whose bytes `budget`)"},
    {"budget", all, none, read_budget, "let so many bytes through, then fire for good: \"10MiB\""},
    {"probability", all, none, read_probability, "share of the matches that fire, 0.0 to 1.0"},
    {"burst", all, none, read_burst, "fire in runs: { enter = 0.01, leave = 0.25 }"},
    {"max_triggers", all, none, read_max_triggers, "fire at most so many times"},
    {"sticky", all, none, read_sticky, "once fired, fire at every later match: \"fault\", \"fd\" or \"site\""},
    {"delay", all & ~one(Type::delay) & ~one(Type::timeout), none, read_delay_key,
     "wait first: \"10ms\", { min, max } or { mean, stddev, distribution }"},
    {"delay", one(Type::delay), one(Type::delay), read_delay_key,
     "how long to wait: \"10ms\", { min, max } or { mean, stddev, distribution }"},
    {"delay", one(Type::timeout), none, read_delay_key,
     "how long to wait where the caller has set no limit; left out: 0"},
    {"errno", one(Type::error), none, read_errno, "the error: a symbol, a list to pick from, or weights"},
    {"errno", one(Type::reset), none, read_errno, "what the struck call reports; left out: ECONNRESET, or EPIPE"},
    {"returns", one(Type::error), none, read_returns, "the value returned, instead of the function's failure value"},
    {"returns", one(Type::returns), one(Type::returns), read_returns, "the value returned"},
    {"mode", one(Type::corruption), none, read_mode, "how bytes are damaged"},
    {"rate", one(Type::corruption), none, read_share_key, "share of the bytes that are damaged, up to 1.0"},
    {"bytes", one(Type::corruption), none, read_bytes_key, "how many bytes are damaged; left out: 1"},
    {"range", one(Type::corruption), none, read_damage_range, "damage only these bytes of the data: \"0..15\""},
    {"contiguous", one(Type::corruption), none, read_contiguous,
     "true: the damaged bytes lie side by side, as in one bad block"},
    {"attributes", one(Type::corruption), none, read_attributes,
     "what stat and its kin tell instead: { size = 0, mode = \"0644\", mtime = \"-1h\", free = 0 }"},
    {"bytes", one(Type::shorten), none, read_bytes_key, "how many bytes go through"},
    {"fraction", one(Type::shorten), none, read_share_key, "share of the bytes that go through; left out: 0.5"},
    {"signal", one(Type::signal), one(Type::signal), read_signal, "the signal: \"SIGUSR1\""},
    {"interrupt", one(Type::signal), none, read_interrupt, "true: the call then fails with EINTR"},
    {"moment", one(Type::crash), none, read_moment,
     "\"before\" the call (the default), \"after\", or \"torn\": half written"},
    {"signal", one(Type::crash), none, read_deadly_signal, "what ends the process; left out: SIGKILL"},
    {"status", one(Type::crash), none, read_status, "or the exit status that it ends with, 0 to 255"},
    {"rate", one(Type::throttle), one(Type::throttle), read_rate_of_throttle, "bytes a second: \"64KiB/s\""},
    {"offset", one(Type::clock), none, read_offset, "how far the wall clocks are off: \"-1h\""},
    {"speed", one(Type::clock), none, read_speed, "how fast all clocks go: 2.0 is twice as fast"},
};

/// Two ways to say the same thing.
constexpr std::pair<std::string_view, std::string_view> alternatives[] = {
    {"rate", "bytes"}, {"fraction", "bytes"}, {"signal", "status"}};

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

void read_key(const Key& name, const Value& value, FaultDraft& draft, Remarks& remarks)
{
    const auto* key = find_key(std::string_view(name.name), draft);
    if (key == nullptr) return unknown_key(name, value, "fault", remarks);
    draft.given.emplace(key->name, name.place);
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

void read_fault(const Value& table, FaultDraft& draft, Remarks& remarks)
{
    draft.place = table.place;
    if (const auto* type = table.find("type")) read_type(draft, {"type", *type, remarks}); // the others depend on it
    for (const auto& [key, value] : table.entries) {
        if (key.name == "type")
            draft.given.emplace("type", key.place);
        else
            read_key(key, value, draft, remarks);
    }
    check_required(draft, remarks);
    for (const auto& [one_way, other] : alternatives) {
        if (!draft.has(one_way) || !draft.has(other)) continue;
        remarks.mistake(draft.given[one_way],
                        fmt::format("a fault has either '{}' or '{}', not both (leave one out)", one_way, other));
    }
    check_triggers(draft, remarks);
    check_damage(draft, remarks);
    if (draft.fault.type == Type::clock && draft.type_known && !draft.has("offset") && !draft.has("speed"))
        remarks.mistake(draft.place, "a clock fault needs 'offset' or 'speed' (else the time is right)");
    if (draft.fault.type == Type::crash && draft.fault.signal == 0) draft.fault.signal = SIGKILL;
    auto& amount = draft.fault.amount;
    if (amount.bytes != 0 || amount.share != 0) return;
    if (draft.fault.type == Type::corruption) amount.bytes = 1;
    if (draft.fault.type == Type::shorten) amount.share = chance_from(0.5);
}

} // namespace faultline::language
