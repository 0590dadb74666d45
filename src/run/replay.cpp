#include "run/replay.hpp"

#include "calls/functions.hpp"
#include "language/parse.hpp"
#include "language/toml_text.hpp"
#include "ledger/render.hpp"
#include "plan/plan.hpp"
#include "report/record_json.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <numeric>

namespace faultline::run {

namespace {

using report::Event, report::Record;

std::string text_of(const report::Named& named)
{
    if (const auto* const name = std::get_if<std::string>(&named)) return *name;
    return std::to_string(std::get<std::int64_t>(named));
}

/// What of an event becomes keys of a plan, for one type of fault.
struct Again {
    std::string keys;
    std::string why_not; // where it is set, the event cannot be repeated
};

Again with_error(const Event& event, const Record&)
{
    if (!event.error) return {{}, "the error is not in the record"};
    std::string keys = fmt::format("errno = {}\n", language::quoted(text_of(*event.error)));
    if (event.returned) keys += fmt::format("returns = {}\n", *event.returned);
    return {keys, {}};
}

Again without_keys(const Event&, const Record&) { return {}; }
Again delayed(const Event& event, const Record&) { return {event.delay ? "" : "delay = \"0ns\"\n", {}}; }

Again shortened(const Event& event, const Record&)
{
    return {fmt::format("bytes = {}\n", std::max<std::uint64_t>(event.bytes.value_or(1), 1)), {}};
}

/// Damage repeats where nothing of it was drawn: one byte, at a place that is known, by a rule without chance.
Again damaged(const Event& event, const Record&)
{
    if (event.mode && event.offset && event.bytes == 1 && (*event.mode == "zero" || *event.mode == "increment"))
        return {fmt::format("mode = \"{}\"\nbytes = 1\nrange = \"{}\"\n", *event.mode, *event.offset), {}};
    return {{}, "the damage was drawn at random, and a record says where it is but not what it was"};
}

Again returned(const Event& event, const Record&)
{
    if (!event.returned) return {{}, "the value is not in the record"};
    return {fmt::format("returns = {}\n", *event.returned), {}};
}

Again signalled(const Event& event, const Record&)
{
    if (!event.signal) return {{}, "the signal is not in the record"};
    const bool interrupts = event.error && text_of(*event.error) == "EINTR";
    return {fmt::format("signal = {}\n{}", language::quoted(text_of(*event.signal)),
                        interrupts ? "interrupt = true\n" : ""),
            {}};
}

Again crashed(const Event& event, const Record& record)
{
    auto keys = event.moment ? fmt::format("moment = \"{}\"\n", *event.moment) : std::string();
    if (event.signal) return {keys + fmt::format("signal = {}\n", language::quoted(text_of(*event.signal))), {}};
    if (record.exit.how == report::Exit::How::exited && record.exit.status)
        return {keys + fmt::format("status = {}\n", *record.exit.status), {}};
    return {{}, "neither the signal nor the exit status is in the record"};
}

/// How faults of a type are repeated; or why they cannot be.
struct Rule {
    Again (*again)(const Event& event, const Record& record) = nullptr;
    const char* why_not = nullptr;
};
constexpr Rule as_rule(Again (*again)(const Event& event, const Record& record)) { return {.again = again}; }
constexpr Rule as_rule(const char* why_not) { return {.why_not = why_not}; }

constexpr Rule rules[] = {
#define TYPE(type, name, effect, traits, meaning, door, again) as_rule(again),
#include "plan/types.def"
};

/// A failure that was not told: the file's next sync reported it, and has an event of its own.
bool is_silent(const Event& event) { return event.type == "errno" && !event.error && event.returned; }

Again again(const Event& event, const Record& record)
{
    if (calls::find_symbol(event.function) == calls::row_count)
        return {{}, "it is a function of the program's own, which an injector in its code has to strike"};
    // A budget that ran out within the call lets through what is left of it.
    if (event.cut.value_or(false)) return {"type = \"short\"\n" + shortened(event, record).keys, {}};
    if (is_silent(event)) return {"type = \"returns\"\n" + returned(event, record).keys, {}};
    const auto* const type = std::ranges::find(plan::type_names, event.type);
    if (type == plan::type_names.end()) return {{}, fmt::format("'{}' is no type of this version", event.type)};
    const auto& rule = rules[type - plan::type_names.begin()];
    if (rule.why_not != nullptr) return {{}, rule.why_not};
    auto result = rule.again(event, record);
    if (!result.why_not.empty()) return result;
    result.keys.insert(0, fmt::format("type = \"{}\"\n", event.type));
    if (event.delay && *event.delay > 0)
        result.keys += fmt::format("delay = \"{}ns\"\n", std::llround(*event.delay * 1e9));
    return result;
}

Strike strike_of(const Event& event) { return {event.thread, event.function, event.thread_call.value_or(event.call)}; }

std::string deed_of(const Event& event)
{
    if (is_silent(event)) return "returns";
    auto text = event.type;
    if (event.error) text += ' ' + text_of(*event.error);
    if (event.signal) text += ' ' + text_of(*event.signal);
    if (event.moment) text += ' ' + *event.moment;
    return event.cut.value_or(false) ? "short" : text;
}

/// How the plan of the record begins: what stands before its faults and decides when they do.
std::string arm_of(const std::string& path, std::vector<std::string>& warnings)
{
    if (path.empty() || path.front() != '/') return "main";
    const auto parsed = language::load(path);
    if (!parsed.mistakes.empty()) {
        warnings.push_back(fmt::format("the plan of the record, {}, cannot be read: its faults are taken to begin with "
                                       "main",
                                       path));
        return "main";
    }
    const auto& plan = parsed.plan();
    switch (plan.arm) {
    case plan::Arm::load:
        return "load";
    case plan::Arm::after:
        return fmt::format("{}ns", plan.arm_after);
    case plan::Arm::file:
        return fmt::format("file:{}", plan.text(plan.arm_file));
    case plan::Arm::main:
        break;
    }
    return "main";
}

void refuse_gaps(const Record& record, Replay& replay)
{
    if (record.events_dropped != 0)
        replay.refusals.push_back(fmt::format("{}: {} faults happened that were only counted, not kept: raise [stats] "
                                              "events, and record it again",
                                              record.file, record.events_dropped));
    for (const auto& warning : record.warnings)
        if (warning == ledger::threads_shared_text)
            replay.refusals.push_back(
                fmt::format("{}: {}: their calls have no numbers of their own", record.file, warning));
    if (record.exit.how == report::Exit::How::running)
        replay.refusals.push_back(fmt::format("{}: its process is still running", record.file));
    if (!record.version.empty() && record.version != FAULTLINE_VERSION)
        replay.warnings.push_back(
            fmt::format("{}: was written by Faultline {}, this is " FAULTLINE_VERSION, record.file, record.version));
}

} // namespace

std::string words(const Strike& strike)
{
    return fmt::format("{} {} of thread {}", strike.function, strike.call, strike.thread);
}

Struck struck_in(const report::Records& records)
{
    Struck struck;
    for (const auto& record : records.all)
        for (const auto& event : record.events)
            struck.emplace(strike_of(event), deed_of(event));
    return struck;
}

Replay replay_of(const report::Records& records)
{
    Replay replay;
    std::map<Strike, std::string> keys;
    for (const auto& record : records.all) {
        refuse_gaps(record, replay);
        if (record.lineage == "0") {
            const bool cut = std::ranges::count(record.warnings, ledger::argv_cut_text) != 0;
            if (!cut) replay.command = record.arguments;
            replay.exit = report::words(record.exit);
        }
        for (const auto& event : record.events) {
            auto result = again(event, record);
            if (!result.why_not.empty())
                replay.refusals.push_back(fmt::format("{}: fault '{}' ({}) cannot be repeated: {}",
                                                      words(strike_of(event)), event.fault, event.type,
                                                      result.why_not));
            else if (!keys.emplace(strike_of(event), std::move(result.keys)).second)
                replay.refusals.push_back(fmt::format("{} was struck twice: the records are of different runs, or of "
                                                      "threads that shared a number",
                                                      words(strike_of(event))));
        }
    }
    for (auto& [strike, text] : keys)
        replay.parts.push_back({strike, std::move(text)});
    replay.struck = struck_in(records);
    replay.arm = records.all.empty() ? "main" : arm_of(records.all.front().plan, replay.warnings);
    return replay;
}

std::string Replay::toml(std::span<const std::size_t> chosen) const
{
    // Strikes that differ in nothing but their number are one fault.
    std::map<std::tuple<std::string, std::string, std::string>, std::string> faults;
    for (const auto part : chosen) {
        const auto& [strike, keys] = parts[part];
        auto& on = faults[{strike.thread, strike.function, keys}];
        on += fmt::format("{}{}", on.empty() ? "" : ",", strike.call);
    }
    auto text = fmt::format("arm = {}\n", language::quoted(arm));
    std::size_t number = 0;
    for (const auto& [what, on] : faults) {
        const auto& [thread, function, keys] = what;
        text += fmt::format("\n[[fault]]\nname = \"{}-{}\"\nfunctions = [\"{}\"]\nlineage = \"{}\"\n"
                            "count = \"call\"\non = \"{}\"\n{}",
                            function, ++number, function, thread, on, keys);
    }
    return text;
}

std::shared_ptr<const RunPlan> Replay::plan(std::span<const std::size_t> chosen) const
{
    auto plan = std::make_shared<RunPlan>();
    plan->parsed = language::parse(toml(chosen), "(faults of a record)", {}, language::Needs::nothing);
    for (const auto& mistake : plan->parsed.mistakes)
        plan->mistakes.push_back(mistake.at("the plan of the record's faults"));
    return plan;
}

std::vector<std::size_t> Replay::all() const
{
    std::vector<std::size_t> numbers(parts.size());
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    return numbers;
}

Struck Replay::expected(std::span<const std::size_t> chosen) const
{
    Struck some;
    for (const auto part : chosen)
        some.insert(*struck.find(parts[part].strike));
    return some;
}

std::vector<std::string> departures(const Struck& expected, const Struck& happened)
{
    std::vector<std::string> lines;
    auto awaited = expected.begin();
    auto came = happened.begin();
    while (awaited != expected.end() || came != happened.end()) {
        if (came == happened.end() || (awaited != expected.end() && awaited->first < came->first)) {
            lines.push_back(fmt::format("{} was not struck: {}", words(awaited->first), awaited->second));
            ++awaited;
        } else if (awaited == expected.end() || came->first < awaited->first) {
            lines.push_back(fmt::format("{} was struck beside: {}", words(came->first), came->second));
            ++came;
        } else {
            if (awaited->second != came->second)
                lines.push_back(fmt::format("{} was struck by {} instead of {}", words(came->first), came->second,
                                            awaited->second));
            ++awaited;
            ++came;
        }
    }
    return lines;
}

} // namespace faultline::run
