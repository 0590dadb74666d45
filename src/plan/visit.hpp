// Who points where in a plan's block: for each struct of it, all of its members. What checks, copies or compares a block
// goes through here. A member that is forgotten does not compile, for each binding below names them all.
#pragma once

#include "plan/plan.hpp"

namespace faultline::plan {

/// A number that counts objects of one of the plan's slices. `optional`: it may be no_index.
template <class T>
struct IndexInto {
    Slice<T> Plan::*pool;
    std::uint16_t index;
    bool optional;
};
template <class T> // clang 14 finds no guide for an aggregate by itself
IndexInto(Slice<T> Plan::*, std::uint16_t, bool)->IndexInto<T>;

/// Indexes, all into the same slice of the plan.
template <class T>
struct IndexesInto {
    Slice<T> Plan::*pool;
    Slice<std::uint16_t> indexes;
    bool optional;
};
template <class T>
IndexesInto(Slice<T> Plan::*, Slice<std::uint16_t>, bool) -> IndexesInto<T>;

// visit(object, see): whether see(member) is true of each of the object's members.

template <class See>
bool visit(const Positions& object, const See& see)
{
    const auto& [first, last, step] = object;
    return see(first) && see(last) && see(step);
}

template <class See>
bool visit(const WeightedError& object, const See& see)
{
    const auto& [code, weight_to_here] = object;
    return see(code) && see(weight_to_here);
}

template <class See>
bool visit(const Delay& object, const See& see)
{
    const auto& [shape, low, high, mean, stddev] = object;
    return see(shape) && see(low) && see(high) && see(mean) && see(stddev);
}

template <class See>
bool visit(const Amount& object, const See& see)
{
    const auto& [bytes, share] = object;
    return see(bytes) && see(share);
}

template <class See>
bool visit(const Burst& object, const See& see)
{
    const auto& [enter, leave] = object;
    return see(enter) && see(leave);
}

template <class See>
bool visit(const Glob& object, const See& see)
{
    const auto& [pattern, negated] = object;
    return see(pattern) && see(negated);
}

template <class See>
bool visit(const CallerGlob& object, const See& see)
{
    const auto& [module, function, negated] = object;
    return see(module) && see(function) && see(negated);
}

template <class See>
bool visit(const Peer& object, const See& see)
{
    const auto& [host, prefix, negated, name, port_first, port_last, address, pattern] = object;
    return see(host) && see(prefix) && see(negated) && see(port_first) && see(port_last) && see(address) &&
           see(pattern) && (host != Peer::Host::name || see(IndexInto<Text>{&Plan::host_names, name, false}));
}

template <class See>
bool visit(const DescriptorSet& object, const See& see)
{
    const auto& [paths, peers, kinds] = object;
    return see(paths) && see(peers) && see(kinds);
}

template <class See>
bool visit(const AttributeValue& object, const See& see)
{
    const auto& [row, relative, number] = object;
    return see(row) && see(relative) && see(number);
}

template <class See>
bool visit(const FlagTest& object, const See& see)
{
    const auto& [kind, negated, mask, value] = object;
    return see(kind) && see(negated) && see(mask) && see(value);
}

template <class See>
bool visit(const Function& object, const See& see)
{
    const auto& [name, faults] = object;
    return see(name) && see(IndexesInto<Fault>{&Plan::faults, faults, false});
}

template <class See>
bool visit(const Fault& object, const See& see)
{
#define MEMBER(type, name, ...) see(object.name)&&
#define LIST(type, name) see(object.name)&&
#define INDEX(pool, name) see(IndexInto{&Plan::pool, object.name, true})&&
    return
#include "plan/fault.def"
        true;
}

template <class See>
bool visit(const Plan& object, const See& see)
{
    const auto& [bytes, arm, seed_given, follows_descriptors, names_hosts, names_threads, moves_clock, shuffles,
                 counts_run, traces, leaves_ledger, keeps_empty, seed, arm_after, max_events, arm_file, source,
                 stats_file, programs, faults, functions, function_of_row, descriptor_sets, caller_sets, thread_sets,
                 host_names] = object;
    return see(bytes) && see(arm) && see(seed_given) && see(follows_descriptors) && see(names_hosts) &&
           see(names_threads) && see(moves_clock) && see(shuffles) && see(counts_run) && see(traces) &&
           see(leaves_ledger) && see(keeps_empty) && see(seed) && see(arm_after) && see(max_events) && see(arm_file) &&
           see(source) && see(stats_file) && see(programs) && see(faults) && see(functions) &&
           see(IndexesInto<Function>{&Plan::functions, function_of_row, true}) && see(descriptor_sets) &&
           see(caller_sets) && see(thread_sets) && see(host_names);
}

} // namespace faultline::plan
