#include "engine/judge.hpp"

#include "engine/record.hpp"
#include "sys/syscalls.hpp"

namespace faultline::engine {
namespace {

bool path_selects(const Context& context, const plan::Fault& fault, const Call& call) noexcept
{
    const auto& spec = spec_of(call);
    const auto wanted = PathBits{1} << fault.path_set;
    if (spec.path == calls::absent)
        return (context.descriptors.paths(context.plan(), descriptor_of(call)) & wanted) != 0;
    const int dirfd = spec.dirfd == calls::absent ? AT_FDCWD : static_cast<int>(call.words[spec.dirfd]);
    const auto* path = pointer<const char>(call, spec.path);
    if (spec.dirfd != calls::absent && (path == nullptr || *path == '\0')) // AT_EMPTY_PATH: the descriptor itself
        return (context.descriptors.paths(context.plan(), dirfd) & wanted) != 0;
    auto bits = match_paths(context.plan(), dirfd, path);
    if (spec.path2 != calls::absent) bits |= match_paths(context.plan(), dirfd, pointer<const char>(call, spec.path2));
    return (bits & wanted) != 0;
}

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
    if (fault.type != plan::Type::error) return 0;
    Sequence sequence{draw, Draw::error};
    const auto named = plan.view(fault.errors);
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
        targets[row] = {nullptr, 0, function};
        if (function == plan::no_index) continue;
        const auto named_by = from.view(functions[function].faults);
        targets[row].faults = named_by.data();
        targets[row].fault_count = static_cast<std::uint16_t>(named_by.size());
    }
}

bool selects(const Context& context, const plan::Fault& fault, const Call& call) noexcept
{
    if (fault.selects_size()) {
        const auto bytes = asked_bytes(call);
        if (bytes < fault.size_least || bytes > fault.size_most) return false;
    }
    // One byte cannot be cut.
    if (fault.type == plan::Type::shorten && asked_bytes(call) < 2) return false;
    return fault.path_set == plan::no_index || path_selects(context, fault, call);
}

bool lists(const plan::Plan& plan, const plan::Fault& fault, std::uint64_t match) noexcept
{
    for (const auto& some : plan.view(fault.on))
        if (match >= some.first && match <= some.last && (match - some.first) % some.step == 0) return true;
    return false;
}

bool fire(const Context& context, const Call& call, std::uint16_t index, std::uint64_t own_match, std::uint64_t match,
          Verdict& verdict) noexcept
{
    const auto& fault = context.schedule.faults[index];
    auto& header = context.header;
    auto& share = context.thread.shares()[index];
    if (!takes_one(fault, header.totals()[index])) return false;

    const auto function = context.schedule.targets[call.row].function;
    const bool shared = context.thread.shared != 0;
    const Draw draw{share.key, own_match};
    verdict.fault = &fault;
    verdict.header = &header;
    verdict.index = index;
    verdict.draw = draw;
    verdict.error = choose_error(context.plan(), fault, spec_of(call), draw);
    verdict.delay_ns = delay_ns(fault.delay, draw);
    bump(share.triggered, shared);
    bump(context.thread.hits(header.fault_count, header.function_count)[function], shared);
    verdict.event = record(context, call, {index, function, match, fault.on.count == 0}, verdict);
    return true;
}

} // namespace faultline::engine
