#include "language/builder.hpp"

#include "language/fault_keys.hpp"
#include "language/function_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace faultline::language {

namespace {

bool any_of(const FunctionSet& functions, const FaultDraft& from)
{
    return std::ranges::any_of(from.members, [&](std::uint16_t member) { return functions.contains(member); });
}

/// Whether some of its functions is asked at the end of the data too, where a fault has nothing to do.
bool asks_for_end(const FaultDraft& from)
{
    static constexpr auto asking =
        functions_where([](const calls::Spec& spec) { return spec.means.empty() && spec.asks_for_end(); });
    return !from.own && any_of(asking, from);
}

/// The different values that faults give for something; faults that agree share one.
template <class T>
class Pool {
public:
    /// The index of a value; no_index for one that is empty.
    std::uint16_t add(const T& value)
    {
        if (value.empty()) return no_index;
        const auto found = std::find(values_.begin(), values_.end(), value);
        if (found != values_.end()) return static_cast<std::uint16_t>(found - values_.begin());
        values_.push_back(value);
        return static_cast<std::uint16_t>(values_.size() - 1);
    }
    [[nodiscard]] const std::vector<T>& values() const { return values_; }

private:
    std::vector<T> values_;
};

struct Pools {
    Pool<DescriptorSetDraft> descriptors;
    Pool<std::vector<CallerDraft>> callers;
    Pool<std::vector<GlobDraft>> threads;
    Pool<std::string> hosts;
};

Slice<Glob> add_globs(Block& block, const std::vector<GlobDraft>& drafts)
{
    std::vector<Glob> globs;
    globs.reserve(drafts.size());
    for (const auto& glob : drafts)
        globs.push_back({block.add(glob.pattern), glob.negated ? 1U : 0U});
    return block.add(globs);
}

Slice<DescriptorSet> add_descriptor_sets(Block& block, Pools& pools)
{
    std::vector<DescriptorSet> sets;
    for (const auto& from : pools.descriptors.values()) {
        auto& set = sets.emplace_back();
        set.paths = add_globs(block, from.paths);
        set.kinds = from.kinds;
        std::vector<Peer> peers;
        for (const auto& draft : from.peers) {
            auto& peer = peers.emplace_back(draft.peer);
            if (peer.host == Peer::Host::name) peer.name = static_cast<std::uint8_t>(pools.hosts.add(draft.host));
            if (!draft.host.empty()) peer.pattern = block.add(draft.host);
        }
        set.peers = block.add(peers);
    }
    return block.add(sets);
}

Slice<Slice<CallerGlob>> add_caller_sets(Block& block, const Pools& pools)
{
    std::vector<Slice<CallerGlob>> slices;
    for (const auto& set : pools.callers.values()) {
        std::vector<CallerGlob> globs;
        globs.reserve(set.size());
        for (const auto& from : set)
            globs.push_back({block.add(from.module), block.add(from.function), from.negated ? 1U : 0U});
        slices.push_back(block.add(globs));
    }
    return block.add(slices);
}

Slice<Fault> add_faults(Block& block, const PlanDraft& draft, Pools& pools)
{
    std::vector<Fault> faults;
    faults.reserve(std::max(draft.faults.size(), std::size_t{draft.room.faults}));
    for (const auto& from : draft.faults) {
        auto& fault = faults.emplace_back(from.fault);
        fault.name = block.add(from.name.text);
        fault.file = block.add(from.file);
        std::vector<WeightedError> errors;
        std::uint32_t sum = 0;
        for (const auto& choice : from.errors)
            errors.push_back({choice.code, sum += choice.weight});
        fault.errors = block.add(errors);
        std::vector<AttributeValue> attributes;
        for (const auto& attribute : from.attributes)
            attributes.push_back(attribute.value);
        fault.attributes = block.add(attributes);
#define LIST(type, name) fault.name = block.add(from.name);
#include "plan/fault.def"
#define SELECTOR(...)
#define GLOBS(key, ...) fault.key##_globs = add_globs(block, from.key##_globs);
#include "plan/selectors.def"
        fault.path_set = pools.descriptors.add({from.paths, {}, 0});
        fault.kind_set = pools.descriptors.add({{}, {}, from.kinds});
        fault.peer_set = pools.descriptors.add({{}, from.peers, 0});
        fault.caller_set = pools.callers.add(from.callers);
        fault.thread_set = pools.threads.add(from.threads);
        fault.selective = fault.selectors != 0 || has(fault.type, trait::some) || asks_for_end(from);
        fault.plain = is_plain(from);
    }
    Fault none;
    none.enabled = false;
    if (faults.size() < draft.room.faults) faults.resize(draft.room.faults, none);
    return block.add(faults);
}

/// The functions that some fault names, and for each row of the table which of them it is.
void add_functions(Block& block, Plan& plan, const PlanDraft& draft)
{
    const auto known = draft.own ? draft.own_functions.size() : calls::named_rows().size();
    const auto name = [&](std::size_t function) -> std::string_view {
        return draft.own ? std::string_view{draft.own_functions[function]} : calls::function_name(function);
    };
    std::vector<std::uint8_t> named(known); // 0 or 1
    // The faults that are on, function by function; behind a function's own the next one's begin.
    std::vector<std::uint32_t> ends(known);
    for (const auto& from : draft.faults)
        for (const auto member : from.members) {
            named[member] = 1; // also by a fault that is off, so that its calls are counted
            ends[member] += from.fault.enabled ? 1 : 0;
        }
    std::uint32_t sum = 0;
    for (auto& end : ends)
        end = std::exchange(sum, sum + end);
    std::vector<std::uint16_t> faults(sum);
    for (std::size_t i = 0; i < draft.faults.size(); ++i)
        for (const auto member : draft.faults[i].members)
            if (draft.faults[i].fault.enabled) faults[ends[member]++] = static_cast<std::uint16_t>(i);
    const auto faults_of = [&](std::size_t function) {
        const auto begin = function == 0 ? 0 : ends[function - 1];
        return std::span<const std::uint16_t>(faults).subspan(begin, ends[function] - begin);
    };
    if (draft.room.faults != 0) named.assign(known, 1);
    for (std::size_t i = 0; i < known && plan.traces; ++i)
        if (calls::table[calls::named_rows()[i]].can_fail()) named[i] = 1;
    std::vector<Function> functions;
    std::vector<std::uint16_t> index_of(known, no_index);
    for (std::size_t i = 0; i < known; ++i) {
        if (named[i] == 0) continue;
        index_of[i] = static_cast<std::uint16_t>(functions.size());
        functions.push_back({block.add(name(i)), block.add(faults_of(i))});
    }
    std::vector<std::uint16_t> of_row(calls::row_count, no_index);
    if (draft.own) { // each is a row of its own
        std::ranges::copy(index_of, of_row.begin());
    } else {
        for (std::size_t row = 0; row < calls::row_count; ++row)
            if (const auto function = calls::function_of_row[row]; function != calls::no_function)
                of_row[row] = index_of[function];
    }
    plan.functions = block.add(functions);
    plan.function_of_row = block.add(of_row);
}

/// Whether some fault that is on has this to ask.
template <class Asks>
bool any_fault(const PlanDraft& draft, const Asks& asks)
{
    return std::any_of(draft.faults.begin(), draft.faults.end(),
                       [&](const FaultDraft& from) { return from.fault.enabled && asks(from); });
}

bool names_host(const FaultDraft& from)
{
    return std::any_of(from.peers.begin(), from.peers.end(),
                       [](const PeerDraft& draft) { return draft.peer.host == Peer::Host::name; });
}

/// Whether the fault has to know what a descriptor is: by its number alone it cannot tell an old one from a new one.
bool follows_descriptors(const FaultDraft& from)
{
    const bool counts = from.fault.count == Count::fd || from.fault.sticky == Sticky::fd;
    if (counts || from.kinds != 0 || !from.peers.empty() || has(from.fault.type, trait::follows)) return true;
    if (from.paths.empty()) return false;
    static constexpr auto without_path = functions_where([](const calls::Spec& spec) {
        return spec.means.empty() && spec.path == calls::absent && spec.has_descriptor();
    });
    return any_of(without_path, from);
}

void set_switches(Plan& plan, const PlanDraft& draft)
{
    if (draft.own) return; // no function of the program's own has a descriptor or tells the time
    plan.follows_descriptors = any_fault(draft, follows_descriptors);
    plan.names_hosts = any_fault(draft, names_host);
    plan.names_threads = any_fault(draft, [](const FaultDraft& from) { return !from.threads.empty(); });
    plan.moves_clock = any_fault(draft, [](const FaultDraft& from) { return from.fault.type == Type::clock; });
    plan.shuffles = any_fault(draft, [](const FaultDraft& from) { return from.fault.type == Type::shuffle; });
    plan.counts_run = draft.room.faults != 0 || // one that does may come
                      any_fault(draft, [](const FaultDraft& from) { return from.fault.count == Count::run; });
}

/// One of several bounds on the differing lists of a plan; the excess is said at the fault that goes beyond it.
template <class T, class Value>
void check_pool(const PlanDraft& draft, std::size_t most, std::string_view key, std::string_view what,
                const Value& value, Remarks& remarks)
{
    Pool<T> pool;
    for (const auto& fault : draft.faults) {
        for (const auto& each : value(fault))
            pool.add(each);
        if (pool.values().size() <= most) continue;
        return remarks.mistake(fault.given.at(key), fmt::format("a plan has at most {} different {} (let faults share "
                                                                "theirs)",
                                                                most, what));
    }
}

void check_descriptor_sets(const PlanDraft& draft, Remarks& remarks)
{
    Pool<DescriptorSetDraft> pool;
    for (const auto& fault : draft.faults) {
        const std::pair<std::string_view, DescriptorSetDraft> sets[] = {
            {"path", {fault.paths, {}, 0}}, {"fd_kind", {{}, {}, fault.kinds}}, {"peer", {{}, fault.peers, 0}}};
        for (const auto& [key, set] : sets) {
            pool.add(set);
            if (pool.values().size() <= most_descriptor_sets) continue;
            remarks.mistake(fault.given.at(key), fmt::format("a plan has at most {} different lists of paths, kinds "
                                                             "and peers (let faults share theirs)",
                                                             most_descriptor_sets));
            return;
        }
    }
}

} // namespace

void check_bounds(const PlanDraft& draft, Remarks& remarks)
{
    using Hosts = std::vector<std::string>;
    // Lists of which there are not as many need not be compared.
    const auto faults = draft.faults.size();
    if (faults * 3 > most_descriptor_sets) check_descriptor_sets(draft, remarks);
    if (faults > most_caller_sets)
        check_pool<std::vector<CallerDraft>>(
            draft, most_caller_sets, "caller", "lists of callers",
            [](const FaultDraft& fault) { return std::vector<std::vector<CallerDraft>>{fault.callers}; }, remarks);
    if (faults > most_thread_sets)
        check_pool<std::vector<GlobDraft>>(
            draft, most_thread_sets, "thread", "lists of threads",
            [](const FaultDraft& fault) { return std::vector<std::vector<GlobDraft>>{fault.threads}; }, remarks);
    check_pool<std::string>(
        draft, most_host_names, "peer", "host names",
        [](const FaultDraft& fault) {
            Hosts hosts;
            for (const auto& each : fault.peers)
                if (each.peer.host == Peer::Host::name) hosts.push_back(each.host);
            return hosts;
        },
        remarks);

    std::vector<std::size_t> budgets;
    for (const auto& fault : draft.faults) {
        if (!fault.fault.has_budget() || !fault.fault.enabled) continue;
        budgets.resize(calls::named_rows().size());
        for (const auto member : fault.members) {
            if (++budgets[member] <= most_budgets) continue;
            remarks.mistake(fault.given.at("budget"),
                            fmt::format("at most {} faults with a budget may name the same function, and this is one "
                                        "more for '{}' (take it out of one of them)",
                                        most_budgets, calls::function_name(member)));
            return;
        }
    }
}

std::vector<std::byte> build(const PlanDraft& draft)
{
    Block block;
    Plan plan = draft.plan;
    set_switches(plan, draft);
    plan.arm_file = block.add(draft.arm_file);
    plan.source = block.add(draft.source);
    plan.stats_file = block.add(draft.stats_file);
    std::vector<Text> programs;
    for (const auto& program : draft.programs)
        programs.push_back(block.add(program));
    plan.programs = block.add(programs);

    Pools pools;
    plan.faults = add_faults(block, draft, pools);
    plan.descriptor_sets = add_descriptor_sets(block, pools);
    plan.caller_sets = add_caller_sets(block, pools);
    std::vector<Slice<Glob>> threads;
    for (const auto& set : pools.threads.values())
        threads.push_back(add_globs(block, set));
    plan.thread_sets = block.add(threads);
    std::vector<Text> hosts;
    for (const auto& host : pools.hosts.values())
        hosts.push_back(block.add(host));
    plan.host_names = block.add(hosts);
    add_functions(block, plan, draft);

    return std::move(block).finish(plan, draft.room.bytes);
}

} // namespace faultline::language
