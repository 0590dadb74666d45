// The way of a plan from text to block: syntax, keys, functions, layout. Each step says all it can find wrong.
#include "language/parse.hpp"

#include "language/builder.hpp"
#include "language/fault_keys.hpp"
#include "language/plan_keys.hpp"
#include "language/suggest.hpp"
#include "language/targets.hpp"
#include "language/toml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>

namespace faultline::language {

namespace {

void check_names(const PlanDraft& draft, Remarks& remarks)
{
    std::map<std::string_view, Place> places;
    for (const auto& fault : draft.faults) {
        if (fault.name.text.empty()) continue; // already a mistake
        const auto [first, added] = places.try_emplace(fault.name.text, fault.name.place);
        if (added) continue;
        const auto& taken = first->second;
        remarks.mistake(
            fault.name.place,
            fmt::format("the name {} is already taken {} (give each fault its own)", in_quotes(fault.name.text),
                        taken.option != 0 ? std::string("by another -f") : fmt::format("in line {}", taken.line)));
    }
}

void sort_by_place(std::vector<Remark>& remarks)
{
    std::stable_sort(remarks.begin(), remarks.end(), [](const Remark& a, const Remark& b) {
        return std::tuple(a.option, a.line, a.column) < std::tuple(b.option, b.line, b.column);
    });
}

} // namespace

std::string Remark::at(std::string_view file) const
{
    return line == 0 ? fmt::format("{}: {}", file, text) : fmt::format("{}:{}:{}: {}", file, line, column, text);
}

void add_faults(Value& root, std::span<const Value> tables)
{
    if (tables.empty()) return;
    auto found = std::find_if(root.entries.begin(), root.entries.end(),
                              [](const Entry& entry) { return entry.key.name == "fault"; });
    if (found == root.entries.end()) {
        found = root.entries.insert(found, Entry{{"fault", {}}, {}});
        found->value.kind = Value::Kind::array;
    }
    found->value.items.insert(found->value.items.end(), tables.begin(), tables.end());
}

namespace {

/// Faults that a program gives to itself come and go; some things need what only boot sets up, or what is kept of
/// descriptors, threads and clocks for the life of a process.
void check_without_plan(const FaultDraft& draft, Remarks& remarks)
{
    const auto& fault = draft.fault;
    const auto refuse = [&](const char* key, bool asked) {
        if (asked && draft.has(key))
            remarks.mistake(draft.given.at(key),
                            fmt::format("'{}' of this kind needs a plan that the process is started under "
                                        "(FAULT_CONFIG)",
                                        key));
    };
    refuse("count", fault.count > Count::thread);
    refuse("sticky", fault.sticky == Sticky::fd || fault.sticky == Sticky::site);
    refuse("after_failure", fault.after_failure == AfterFailure::revert);
    constexpr bool anywhere = false;
    constexpr bool planned = true;
#define SELECTOR(key, cost, scope, ...) refuse(#key, (scope));
#include "plan/selectors.def"
    refuse("peer", std::any_of(draft.peers.begin(), draft.peers.end(),
                               [](const PeerDraft& each) { return each.peer.host == Peer::Host::name; }));
    refuse("type", draft.type_known && has(fault.type, trait::planned));
}

/// Whether a text has the keys of one fault, without the header of a table.
bool is_single_fault(const Value& root)
{
    return root.find("fault") == nullptr &&
           std::none_of(root.entries.begin(), root.entries.end(),
                        [](const Entry& entry) { return entry.value.is_array_of_tables(); });
}

Parsed refused(Remark mistake)
{
    Parsed parsed;
    parsed.mistakes.push_back(std::move(mistake));
    return parsed;
}

Parsed parse(const Value& root, PlanDraft draft)
{
    Parsed parsed;
    Remarks remarks;
    read_plan(root, draft, remarks);
    for (auto& fault : draft.faults) {
        if (draft.own)
            take_own_functions(fault, draft.own_functions, remarks);
        else
            expand_functions(fault, remarks);
        if (draft.faults_only) check_without_plan(fault, remarks);
    }
    check_names(draft, remarks);
    resolve_after_fault(draft.faults, remarks);
    check_bounds(draft, remarks);

    if (draft.room.faults != 0 && draft.faults.size() > draft.room.faults)
        remarks.mistake({}, fmt::format("there is room for {} faults in this run, those included that were removed",
                                        draft.room.faults));
    if (remarks.mistakes.empty()) parsed.block = build(draft);
    if (draft.room.bytes != 0 && parsed.block.size() > draft.room.bytes) {
        remarks.mistake({}, fmt::format("the plan takes {} bytes, and in this run there is room for {}",
                                        parsed.block.size(), draft.room.bytes));
        parsed.block.clear();
    }
    parsed.mistakes = std::move(remarks.mistakes);
    parsed.warnings = std::move(remarks.warnings);
    sort_by_place(parsed.mistakes);
    sort_by_place(parsed.warnings);
    return parsed;
}

} // namespace

namespace {

Parsed parse(PlanDraft draft, std::string_view text, std::span<const Value> more)
{
    Document document;
    document.root.kind = Value::Kind::table;
    if (!text.empty() || more.empty()) document = read_toml(text);
    if (document.mistake) return refused(std::move(*document.mistake));
    if (!more.empty()) add_faults(document.root, more);
    return parse(document.root, std::move(draft));
}

} // namespace

Parsed parse(std::string_view text, std::string_view source, std::span<const Value> more, Needs needs)
{
    PlanDraft draft;
    draft.needs_faults = needs == Needs::faults;
    draft.source = source;
    return parse(std::move(draft), text, more);
}

Parsed parse_into(Room room, std::string_view text, std::string_view source, std::span<const Value> more)
{
    PlanDraft draft;
    draft.needs_faults = false;
    draft.source = source;
    draft.room = room;
    return parse(std::move(draft), text, more);
}

Parsed parse_faults(std::string_view text, Functions functions)
{
    PlanDraft draft;
    draft.faults_only = true;
    draft.own = functions == Functions::own;
    auto document = read_toml(text);
    if (document.mistake) return refused(std::move(*document.mistake));
    if (is_single_fault(document.root)) {
        document.root.place = {1, 1, 0};
        const auto fault = std::exchange(document.root, {});
        document.root.kind = Value::Kind::table;
        add_faults(document.root, {&fault, 1});
    }
    return parse(document.root, std::move(draft));
}

std::optional<std::uint64_t> parse_seed(std::string_view text)
{
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    const bool whole = !text.empty() && error == std::errc{} && end == text.data() + text.size();
    if (!whole || seed > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return seed;
}

} // namespace faultline::language
