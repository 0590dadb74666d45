// What a fault does to the calls that it strikes.
#include "calls/errors.hpp"
#include "calls/signals.hpp"
#include "language/fault_keys.hpp"
#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>

namespace faultline::language {

namespace {

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

/// SIGRTMIN+2, counted from the first that libc leaves to programs; 0 where it is none.
int real_time_signal(std::string_view text)
{
    constexpr std::string_view first = "SIGRTMIN";
    constexpr int libc_first = 34;
    if (!text.starts_with(first)) return 0;
    text.remove_prefix(first.size());
    if (text.empty()) return libc_first;
    int above = 0;
    const auto* const last = text.data() + text.size();
    if (text.front() != '+' || std::from_chars(text.data() + 1, last, above).ptr != last) return 0;
    return above >= 0 && libc_first + above <= 64 ? libc_first + above : 0;
}

/// The number of a signal's symbol. `deadly`: it has to be one that ends a process.
std::optional<int> read_signal_name(const Field& field, bool deadly)
{
    const auto text = read_text(field, "a symbol such as \"SIGTERM\"");
    if (!text) return std::nullopt;
    if (const auto real_time = real_time_signal(*text); real_time != 0) return real_time;
    const auto* const signal = calls::find_signal(*text);
    if (signal == nullptr) {
        std::vector<std::string_view> names;
        names.reserve(calls::named_signals.size());
        for (const auto& known : calls::named_signals)
            names.push_back(known.name);
        const auto near = did_you_mean(*text, names);
        field.remarks.mistake(field.value.place,
                              fmt::format("unknown signal {}{}", in_quotes(*text),
                                          near.empty() ? " (a symbol such as SIGTERM, or SIGRTMIN+1)" : near));
        return std::nullopt;
    }
    if (deadly && !signal->ends) {
        wrong(field, "it does not end a process (SIGKILL, the default, does)");
        return std::nullopt;
    }
    return signal->number;
}

void read_errno(FaultDraft& draft, const Field& field)
{
    const auto* weights = field.value.as(Value::Kind::table);
    if (weights == nullptr) {
        if (!field.value.is(Value::Kind::text) && !field.value.is(Value::Kind::array))
            return wrong_kind(
                field, "a symbol such as \"ENOSPC\", an array of them, or weights such as { EIO = 3, ENOSPC = 1 }");
        for (const auto& word : read_texts(field))
            add_error(draft, word, 1, field.remarks);
        return;
    }
    if (weights->entries.empty())
        return field.remarks.mistake(field.value.place, "errno is an empty table (name at least one)");
    struct Weight {
        Word word;
        std::uint32_t weight;
    };
    std::vector<Weight> in_file_order; // toml++ sorts by name
    for (const auto& [key, value] : weights->entries) {
        const auto weight = read_integer({"the weight of an errno", value, field.remarks}, 1, 1'000'000);
        if (weight) in_file_order.push_back({{key.name, key.place}, static_cast<std::uint32_t>(*weight)});
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

void read_after_failure(FaultDraft& draft, const Field& field)
{
    constexpr std::span known(after_failure_names);
    if (const auto choice = read_choice(field, known.subspan(1)))
        draft.fault.after_failure = static_cast<AfterFailure>(*choice + 1);
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

void read_signal(FaultDraft& draft, const Field& field)
{
    if (const auto number = read_signal_name(field, false)) draft.fault.signal = *number;
}

void read_deadly_signal(FaultDraft& draft, const Field& field)
{
    if (const auto number = read_signal_name(field, true)) draft.fault.signal = *number;
}

void read_interrupt(FaultDraft& draft, const Field& field)
{
    if (const auto value = read_bool(field)) draft.fault.interrupt = *value;
}

void read_moment(FaultDraft& draft, const Field& field)
{
    if (const auto choice = read_choice(field, moment_names)) draft.fault.moment = static_cast<Moment>(*choice);
}

void read_status(FaultDraft& draft, const Field& field)
{
    if (const auto status = read_integer(field, 0, 255)) draft.fault.status = static_cast<std::int32_t>(*status);
}

void read_rate_of_throttle(FaultDraft& draft, const Field& field)
{
    if (const auto rate = read_notation(field, parse_rate, "a rate such as \"64KiB/s\"")) draft.fault.rate = *rate;
}

void read_offset(FaultDraft& draft, const Field& field)
{
    const auto offset = read_notation(field, parse_signed_duration, "a duration such as \"-1h\"");
    if (offset) draft.fault.clock_offset = *offset;
}

void read_speed(FaultDraft& draft, const Field& field)
{
    constexpr std::string_view bounds = "from 0.0 (the clock stands still) to 1000.0";
    if (!field.value.is_number()) return wrong_kind(field, fmt::format("a number {}", bounds));
    const double speed = field.value.number;
    if (!(speed >= 0.0 && speed <= 1000.0)) return wrong(field, fmt::format("it must be {}", bounds)); // also NaN
    draft.fault.clock_speed = speed;
}

void read_file(FaultDraft& draft, const Field& field)
{
    if (auto path = read_text(field, "a path")) draft.file = std::move(*path);
}

/// Types whose effect itself waits.
constexpr Types waiting_types = [] {
    Types types = no_types;
    for (std::size_t i = 0; i < type_names.size(); ++i)
        if (has(static_cast<Type>(i), trait::waits)) types |= one(static_cast<Type>(i));
    return types;
}();

constexpr FaultKey effect_rows[] = {
    {"delay", all_types & ~one(Type::delay) & ~waiting_types, no_types, read_delay_key,
     "wait first: \"10ms\", { min, max } or { mean, stddev, distribution }"},
    {"delay", one(Type::delay), one(Type::delay), read_delay_key,
     "how long to wait: \"10ms\", { min, max } or { mean, stddev, distribution }"},
    {"delay", one(Type::timeout), no_types, read_delay_key,
     "how long to wait where the caller has set no limit; left out: 0"},
    {"delay", one(Type::hold), no_types, read_delay_key, "how long to wait at most; left out: without end"},
    {"file", one(Type::hold), one(Type::hold), read_file, "what to wait for: a path; it is looked at each millisecond"},
    {"errno", one(Type::error), no_types, read_errno, "the error: a symbol, a list to pick from, or weights"},
    {"errno", one(Type::reset), no_types, read_errno, "what the struck call reports; left out: ECONNRESET, or EPIPE"},
    {"returns", one(Type::error), no_types, read_returns,
     "the value returned, instead of the function's failure value"},
    {"after_failure", one(Type::error), no_types, read_after_failure,
     "of a sync: \"keep\": the data is taken for written; \"late\": it succeeds, and the next one fails; \"revert\": "
     "the "
     "file holds again what was synced"},
    {"returns", one(Type::returns), one(Type::returns), read_returns, "the value returned"},
    {"mode", one(Type::corruption), no_types, read_mode, "how bytes are damaged"},
    {"rate", one(Type::corruption), no_types, read_share_key, "share of the bytes that are damaged, up to 1.0"},
    {"bytes", one(Type::corruption), no_types, read_bytes_key, "how many bytes are damaged; left out: 1"},
    {"range", one(Type::corruption), no_types, read_damage_range, "damage only these bytes of the data: \"0..15\""},
    {"bytes", one(Type::shorten), no_types, read_bytes_key, "how many bytes go through"},
    {"fraction", one(Type::shorten), no_types, read_share_key, "share of the bytes that go through; left out: 0.5"},
    {"signal", one(Type::signal), one(Type::signal), read_signal, "the signal: \"SIGUSR1\""},
    {"interrupt", one(Type::signal), no_types, read_interrupt, "true: the call then fails with EINTR"},
    {"moment", one(Type::crash), no_types, read_moment,
     "\"before\" the call (the default), \"after\", or \"torn\": half written"},
    {"signal", one(Type::crash), no_types, read_deadly_signal, "what ends the process; left out: SIGKILL"},
    {"status", one(Type::crash), no_types, read_status, "or the exit status that it ends with, 0 to 255"},
    {"rate", one(Type::throttle), one(Type::throttle), read_rate_of_throttle, "bytes a second: \"64KiB/s\""},
    {"offset", one(Type::clock), no_types, read_offset, "how far the wall clocks are off: \"-1h\""},
    {"speed", one(Type::clock), no_types, read_speed, "how fast all clocks go: 2.0 is twice as fast"},
};

/// Two ways to say the same thing.
constexpr std::pair<std::string_view, std::string_view> alternatives[] = {
    {"rate", "bytes"}, {"fraction", "bytes"}, {"signal", "status"}, {"after_failure", "returns"}};

} // namespace

std::span<const FaultKey> effect_keys() { return effect_rows; }

void complete_effect(FaultDraft& draft, Remarks& remarks)
{
    for (const auto& [one_way, other] : alternatives) {
        if (!draft.has(one_way) || !draft.has(other)) continue;
        remarks.mistake(draft.given.at(one_way),
                        fmt::format("a fault has either '{}' or '{}', not both (leave one out)", one_way, other));
    }
    if (draft.fault.type == Type::clock && draft.type_known && !draft.has("offset") && !draft.has("speed"))
        remarks.mistake(draft.place, "a clock fault needs 'offset' or 'speed' (else the time is right)");
    if (draft.fault.after_failure != AfterFailure::nothing && !draft.has("errno"))
        draft.errors.push_back({EIO, 1, {"EIO", draft.given.at("after_failure")}});
    for (const auto& choice : draft.errors)
        if (draft.fault.after_failure != AfterFailure::nothing && choice.code == EINTR)
            remarks.mistake(choice.name.place,
                            "a sync that was interrupted has not failed to write (leave out EINTR, or "
                            "after_failure)");
    if (draft.fault.after_failure == AfterFailure::late && draft.has("sticky"))
        remarks.mistake(draft.given.at("sticky"),
                        "after_failure = \"late\" tells each failure once, at the next sync (leave "
                        "out sticky, or take \"keep\")");
    if (draft.fault.type == Type::crash && draft.fault.signal == 0) draft.fault.signal = SIGKILL;
    auto& amount = draft.fault.amount;
    if (amount.bytes != 0 || amount.share != 0) return;
    if (draft.fault.type == Type::corruption) amount.bytes = 1;
    if (draft.fault.type == Type::shorten) amount.share = chance_from(0.5);
}

} // namespace faultline::language
