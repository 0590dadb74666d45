#include "engine/judge.hpp"

#include "engine/record.hpp"
#include "engine/triggers.hpp"

namespace faultline::engine {
namespace {

/// Takes one of the triggers that are left; never more than there are, however many threads race.
bool takes_one(const plan::Fault& fault, ledger::Totals& totals) noexcept
{
    if (fault.max_triggers == plan::unlimited) return true;
    auto taken = totals.triggered.load(std::memory_order_relaxed);
    while (taken < fault.max_triggers)
        if (totals.triggered.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed)) return true;
    return false;
}

/// The error that a struck call reports, or 0 for types that report none.
std::int32_t choose_error(const plan::Plan& plan, const plan::Fault& fault, const calls::Spec& spec,
                          const Draw& draw) noexcept
{
    const auto named = plan.view(fault.errors);
    if (fault.type != plan::Type::error && named.empty()) return 0;
    Sequence sequence{draw, Draw::error};
    if (named.empty()) {
        if (spec.fails.errors.count == 0) return 0;
        return spec.fails.errors.codes[sequence.next(spec.fails.errors.count)];
    }
    const auto weight = sequence.next(named.back().weight_to_here);
    for (const auto& candidate : named)
        if (weight < candidate.weight_to_here) return candidate.code;
    return named.back().code;
}

} // namespace

void Schedule::prepare(const plan::Plan& from) noexcept
{
    plan = &from;
    faults = from.view(from.faults).data();
    const auto functions = from.view(from.functions);
    const auto function_of_row = from.view(from.function_of_row);
    for (std::size_t row = 0; row < calls::row_count; ++row) {
        const auto function = function_of_row[row];
        auto& target = targets[row] = {};
        target.function = function;
        if (function == plan::no_index) continue;
        const auto named_by = functions[function].faults;
        static_assert(plan::most_faults < 1U << 14U);
        target.faults = named_by.offset;
        target.fault_count = named_by.count & 0x3fffU;
        target.traced = from.traces && calls::table[row].can_fail();
        for (const auto fault : from.view(named_by))
            if (faults[fault].has_budget()) target.metered = 1;
    }
}

bool fire(const Context& context, const Call& call, const Match& match, Verdict& verdict) noexcept
{
    const auto index = match.fault;
    const auto& fault = context.schedule.faults[index];
    auto& header = context.header;
    auto& share = context.thread.shares()[index];
    const bool cuts = fault.has_budget() && verdict.cut != 0; // not yet the fault itself, but how it announces itself
    const bool silent = fault.after_failure == plan::AfterFailure::late && !match.owed;
    if (!cuts && !match.owed && !takes_one(fault, header.totals()[index])) return false;

    const auto function = context.schedule.targets[call.row].function;
    const bool shared = context.thread.shared != 0;
    const Draw draw{share.key, match.own};
    verdict.fault = &fault;
    verdict.header = &header;
    verdict.descriptors = &context.descriptors;
    verdict.index = index;
    verdict.draw = draw;
    verdict.cut = cuts ? verdict.cut : 0;
    verdict.error = cuts || silent ? 0 : choose_error(context.plan(), fault, spec_of(call), draw);
    verdict.delay_ns = cuts ? 0 : delay_ns(fault.delay, draw);
    bump(share.triggered, shared);
    bump(context.thread.hits(header.fault_count, header.function_count)[function], shared);
    verdict.event = record(context, call, match, verdict);
    if (!cuts && (fault.awaited || fault.sticky != plan::Sticky::no)) fired(context, call, fault, index);
    if (silent) owe(context, call, index);
    return true;
}

} // namespace faultline::engine
