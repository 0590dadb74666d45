#include "language/plan_keys.hpp"

#include "language/fault_keys.hpp"
#include "language/keys.hpp"
#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultline::language {

namespace {

struct PlanKey {
    std::string_view section;
    std::string_view name;
    void (*read)(PlanDraft& draft, const Field& field);
    std::string_view help;
};

void read_seed(PlanDraft& draft, const Field& field)
{
    const auto seed = read_integer(field, 0, std::numeric_limits<std::int64_t>::max());
    if (!seed) return;
    draft.plan.seed = static_cast<std::uint64_t>(*seed);
    draft.plan.seed_given = true;
}

void read_arm(PlanDraft& draft, const Field& field)
{
    constexpr std::string_view form = "\"load\", \"main\", a duration such as \"5s\", or \"file:PATH\"";
    constexpr std::string_view file = "file:";
    constexpr std::array<std::string_view, 2> words{"load", "main"};
    const auto text = read_text(field, form);
    if (!text) return;
    if (text->starts_with(file)) {
        if (text->size() == file.size()) return wrong(field, "a path must follow \"file:\"");
        draft.plan.arm = Arm::file;
        draft.arm_file = text->substr(file.size());
        return;
    }
    if (*text == "load" || *text == "main") {
        draft.plan.arm = *text == "load" ? Arm::load : Arm::main;
        return;
    }
    const auto duration = parse_duration(*text);
    if (duration.value) {
        draft.plan.arm = Arm::after;
        draft.plan.arm_after = *duration.value;
        return;
    }
    const bool meant_duration = text->front() >= '0' && text->front() <= '9';
    wrong(field, meant_duration ? duration.problem : fmt::format("it must be {}{}", form, did_you_mean(*text, words)));
}

void read_trace(PlanDraft& draft, const Field& field)
{
    const auto traces = read_bool(field);
    if (traces) draft.plan.traces = *traces;
}

void read_programs(PlanDraft& draft, const Field& field)
{
    for (auto& word : read_texts(field)) {
        const auto problem = word.text.find('/') != std::string::npos
                                 ? "a program's name has no '/' (write its last part)"
                                 : glob_problem(word.text, false);
        if (!problem.empty())
            field.remarks.mistake(word.place, fmt::format("programs has {}; {}", in_quotes(word.text), problem));
        else
            draft.programs.push_back(std::move(word.text));
    }
}

void read_section(std::string_view section, const Value& table, PlanDraft& draft, Remarks& remarks);

void read_stats(PlanDraft& draft, const Field& field)
{
    const auto* table = field.value.as(Value::Kind::table);
    if (table == nullptr) return wrong_kind(field, "one table, [stats]");
    read_section("stats", *table, draft, field.remarks);
}

void read_stats_file(PlanDraft& draft, const Field& field)
{
    auto text = read_text(field);
    if (!text) return;
    if (const auto problem = stats_file_problem(*text); !problem.empty()) return wrong(field, problem);
    draft.stats_file = std::move(*text);
}

void read_render(PlanDraft& draft, const Field& field)
{
    const auto renders = read_bool(field);
    if (renders) draft.plan.leaves_ledger = !*renders;
}

void read_empty(PlanDraft& draft, const Field& field)
{
    const auto keeps = read_bool(field);
    if (keeps) draft.plan.keeps_empty = *keeps;
}

void read_events(PlanDraft& draft, const Field& field)
{
    const auto events = read_integer(field, 0, 10'000'000);
    if (events) draft.plan.max_events = static_cast<std::uint64_t>(*events);
}

void read_faults(PlanDraft& draft, const Field& field)
{
    const auto add = [&](const Value& table) {
        auto& fault = draft.faults.emplace_back();
        fault.own = draft.own;
        read_fault(table, fault, field.remarks);
    };
    if (const auto* single = field.value.as(Value::Kind::table)) {
        field.remarks.mistake(field.value.place, "fault is a single table (write [[fault]], for there may be several)");
        return add(*single);
    }
    const auto* array = field.value.as(Value::Kind::array);
    if (array == nullptr) return wrong_kind(field, "tables, each headed by [[fault]]");
    draft.faults.reserve(std::min(array->items.size(), most_faults));
    for (const auto& item : array->items) {
        if (draft.faults.size() == most_faults)
            return field.remarks.mistake(item.place, fmt::format("a plan has at most {} faults", most_faults));
        if (const auto* table = item.as(Value::Kind::table))
            add(*table);
        else
            wrong_kind(field.with(item), "a table headed by [[fault]]");
    }
}

constexpr PlanKey plan_rows[] = {
    {"", "seed", read_seed, "0 to 2^63-1; left out: drawn at random and written to the statistics"},
    {"", "arm", read_arm, "when faults begin: \"load\", \"main\", \"5s\" after main, \"file:PATH\" once it exists"},
    {"", "programs", read_programs, "globs over the executable's name; left out: every process"},
    {"", "trace", read_trace, "true: every call that can fail is recorded with its site; faults are optional then"},
    {"", "stats", read_stats, "the statistics file"},
    {"", "fault", read_faults, "one fault; a plan needs at least one, or trace = true"},
    {"stats", "file", read_stats_file, "its name: %p pid, %e program, %t start time, %% a percent sign"},
    {"stats", "events", read_events, "how many events are kept, 0 to 10000000"},
    {"stats", "empty", read_empty, "true: a process in which no fault matched a call leaves its statistics file too"},
    {"stats", "render", read_render, "false: no JSON is written; the ledger, FILE.live, stays as the record"},
};

void read_section(std::string_view section, const Value& table, PlanDraft& draft, Remarks& remarks)
{
    for (const auto& [name, value] : table.entries) {
        const auto* key = std::find_if(std::begin(plan_rows), std::end(plan_rows),
                                       [&, text = std::string_view(name.name)](const PlanKey& candidate) {
                                           return candidate.section == section && candidate.name == text;
                                       });
        if (key == std::end(plan_rows))
            unknown_key(name, value, section, remarks);
        else if (draft.faults_only && key->name != "fault")
            remarks.mistake(name.place,
                            fmt::format("'{}' belongs in a plan (here stand only [[fault]] tables)", key->name));
        else
            key->read(draft, {key->name, value, remarks});
    }
}

/// How a table of the plan is headed.
std::string headed(std::string_view section)
{
    if (section.empty()) return "at the top of the plan";
    return section == "fault" ? "under [[fault]]" : fmt::format("under [{}]", section);
}

} // namespace

std::vector<KnownKey> known_keys()
{
    std::vector<KnownKey> all;
    for (const auto& key : plan_rows)
        all.push_back({key.section, key.name, key.name == "fault", "", key.help});
    for (const auto& key : fault_keys())
        all.push_back({"fault", key.name, key.required != 0, names_of(key.types, "and"), key.help});
    return all;
}

void unknown_key(const Key& key, const Value& value, std::string_view section, Remarks& remarks)
{
    const std::string_view name = key.name;
    const bool is_table = section.empty() && (value.is(Value::Kind::table) || value.is_array_of_tables());
    const auto known = known_keys();
    std::vector<std::string_view> here;
    std::string elsewhere;
    for (const auto& candidate : known) {
        const bool heads_table = candidate.name == "stats" || candidate.name == "fault";
        if (candidate.section == section && (!is_table || heads_table)) here.push_back(candidate.name);
        if (candidate.section != section && candidate.name == name && !heads_table)
            elsewhere = fmt::format(" (it belongs {})", headed(candidate.section));
    }
    if (is_table) {
        const auto near = nearest(name, here);
        const auto cure = near == "fault"   ? " (did you mean [[fault]]?)"
                          : near == "stats" ? " (did you mean [stats]?)"
                                            : " (a plan has [stats] and [[fault]])";
        return remarks.mistake(value.place, fmt::format("unknown table {}{}", in_quotes(name), cure));
    }
    remarks.mistake(key.place, fmt::format("unknown key {}{}", in_quotes(name),
                                           elsewhere.empty() ? did_you_mean(name, here) : elsewhere));
}

void read_plan(const Value& root, PlanDraft& draft, Remarks& remarks)
{
    read_section("", root, draft, remarks);
    if (!draft.faults.empty() || draft.plan.traces || !draft.needs_faults) return;
    const auto* faults = root.find("fault");
    const bool misnamed = std::any_of(root.entries.begin(), root.entries.end(), [](const auto& entry) {
        return entry.value.is_array_of_tables(); // already an unknown table
    });
    const auto* array = faults != nullptr ? faults->as(Value::Kind::array) : nullptr;
    if ((faults == nullptr && !misnamed) || (array != nullptr && array->items.empty()))
        remarks.mistake(array != nullptr ? array->place : Place{}, "the plan has no [[fault]] (add at least one)");
}

} // namespace faultline::language
