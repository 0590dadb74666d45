// Triggers decide at which of a fault's matches it fires. Their order is part of the plan's meaning: the
// cheap and exact ones come first, so that the generator is drawn from only where it can still matter.
#include "engine/triggers.hpp"

#include "engine/cells.hpp"
#include "engine/record.hpp"
#include "engine/site.hpp"
#include "sys/syscalls.hpp"

#include <sys/stat.h>

namespace faultline::engine {
namespace {

constexpr std::uint64_t spent_for_good = ~std::uint64_t{0};

/// The fault's number for the call's descriptor, or for its site.
Cell cell_of(const Context& context, const Call& call, Purpose purpose, std::uint16_t fault, bool by_site) noexcept
{
    bool full = false;
    const int fd = by_site ? 0 : descriptor_of(call);
    const auto site = [&] { return context.caller != nullptr ? context.caller->site : site_of(call); };
    const auto of = by_site ? site() : static_cast<std::uint32_t>(fd);
    const auto generation = by_site ? 0 : context.descriptors.generation(fd);
    const auto found = context.cells->cell(purpose, fault, of, generation, full);
    if (full) context.header.trouble.fetch_or(ledger::cells_shared, std::memory_order_relaxed);
    return found;
}

bool is_latched(const Context& context, const Call& call, const plan::Fault& fault, std::uint16_t index) noexcept
{
    if (fault.sticky == plan::Sticky::no) return false;
    if (fault.sticky == plan::Sticky::fault)
        return context.header.totals()[index].fired.load(std::memory_order_relaxed) != 0;
    return cell_of(context, call, Purpose::latch, index, fault.sticky == plan::Sticky::site).get() != 0;
}

/// How many failures a fault still has to tell of the call's file, whatever descriptor it is called by; a cell without a
/// word where the call has no file.
Cell owed_cell(const Context& context, const Call& call, std::uint16_t fault) noexcept
{
    if (!look_ups_allowed()) return {};
    const OwnDescriptor fd(context.descriptors.subject(), descriptor_of(call));
    struct stat status;
    if (fd.get() < 0 || sys::call(SYS_fstat, fd.get(), sys::address(&status)) != 0) return {};
    const auto file = mix(mix(status.st_dev) ^ status.st_ino);
    bool full = false;
    const auto found = context.cells->cell(Purpose::owed, fault, static_cast<std::uint32_t>(file), file >> 32U, full);
    if (full) context.header.trouble.fetch_or(ledger::cells_shared, std::memory_order_relaxed);
    return found;
}

std::uint64_t number(const Context& context, const Call& call, const plan::Fault& fault, const Match& match) noexcept
{
    switch (fault.count) {
    case plan::Count::process:
        return context.header.totals()[match.fault].matched.fetch_add(1, std::memory_order_relaxed) + 1;
    case plan::Count::thread:
        return match.own;
    case plan::Count::call:
        return number_in_thread(context, call);
    case plan::Count::run:
        return (context.run[match.fault].fetch_add(1, std::memory_order_relaxed) & ~ledger::fired_in_run) + 1;
    default:
        return cell_of(context, call, Purpose::matches, match.fault, fault.count == plan::Count::site).add(1) + 1;
    }
}

bool in_window(const Context& context, const plan::Fault& fault) noexcept
{
    if (fault.after == 0 && fault.until == plan::unlimited) return true;
    const auto now = static_cast<std::uint64_t>(time_since_arming(context.header));
    return now >= fault.after && now < fault.until;
}

/// Whether `on` lists a match.
bool lists(const plan::Plan& plan, const plan::Fault& fault, std::uint64_t match) noexcept
{
    for (const auto& some : plan.view(fault.on))
        if (match >= some.first && match <= some.last && (match - some.first) % some.step == 0) return true;
    return false;
}

enum class Spent : std::uint8_t { within, crossing, over };

/// Sets bytes of the budget aside for the call, as many as it asks for and as there are. What it does not use is given
/// back when it has returned (settle()).
Spent spend(const Context& context, const Call& call, const plan::Fault& fault, std::uint16_t index,
            Verdict& verdict) noexcept
{
    verdict.cut = 0;
    const auto asked = judged_bytes(call);
    if (asked == 0) return Spent::within; // nothing does not cross the line
    const bool by_descriptor = fault.count == plan::Count::fd;
    const auto budget = by_descriptor && fault.budget >= Cell::most ? Cell::most - 1 : fault.budget;
    const auto taken = [&](std::uint64_t spent) { return asked < budget - spent ? asked : budget - spent; };
    std::uint64_t before = 0;
    Meter meter{};
    if (by_descriptor) {
        auto cell = cell_of(context, call, Purpose::bytes, index, false);
        before = cell.update([&](std::uint64_t spent) { return spent >= budget ? Cell::most : spent + taken(spent); });
        meter.spent = cell.word();
        meter.generation = static_cast<std::int32_t>(cell.generation());
    } else {
        auto& total = context.header.totals()[index].spent;
        before = total.load(std::memory_order_relaxed);
        while (!total.compare_exchange_weak(before, before >= budget ? spent_for_good : before + taken(before),
                                            std::memory_order_relaxed)) {
        }
        meter.spent = &total;
        meter.generation = -1;
    }
    if (before >= budget) return Spent::over;
    meter.taken = taken(before);
    verdict.meters[verdict.meter_count++] = meter;
    return meter.taken < asked ? Spent::crossing : Spent::within;
}

/// Two-state loss. The state is the thread's own, so a run of faults repeats with the seed.
bool in_burst(const plan::Fault& fault, ledger::Share& share, const Draw& draw) noexcept
{
    const bool was_in = share.in_burst != 0;
    const bool changes = draw.hits(was_in ? fault.burst.leave : fault.burst.enter, Draw::burst);
    share.in_burst = was_in != changes ? 1 : 0;
    return share.in_burst != 0;
}

} // namespace

bool triggers(const Context& context, const Call& call, Match& match, Verdict& verdict) noexcept
{
    const auto& fault = context.schedule.faults[match.fault];
    if (fault.on.count != 0 || fault.count > plan::Count::thread) match.number = number(context, call, fault, match);
    if (is_latched(context, call, fault, match.fault)) return true;
    if (fault.after_failure == plan::AfterFailure::late) {
        auto owed = owed_cell(context, call, match.fault);
        if (owed.word() == nullptr) return false; // there is no file whose next sync could fail
        match.owed = owed.update([](std::uint64_t count) { return count == 0 ? 0 : count - 1; }) != 0;
        if (match.owed) return true;
    }
    if (!in_window(context, fault)) return false;
    if (fault.on.count != 0 && !lists(context.plan(), fault, match.number)) return false;
    if (fault.has_budget()) {
        const auto spent = spend(context, call, fault, match.fault, verdict);
        if (spent == Spent::within) return false;
        if (spent == Spent::crossing && spec_of(call).can_be_short()) {
            const auto left = verdict.meters[verdict.meter_count - 1].taken;
            if (left != 0) {
                verdict.cut = left;
                return true;
            }
        }
    }
    auto& share = context.thread.shares()[match.fault];
    const Draw draw{share.key, match.own};
    if (!draw.hits(fault.probability, Draw::fires)) return false;
    return fault.burst.enter == 0 || in_burst(fault, share, draw);
}

void fired(const Context& context, const Call& call, const plan::Fault& fault, std::uint16_t index) noexcept
{
    context.header.totals()[index].fired.store(1, std::memory_order_relaxed);
    if (fault.awaited && fault.count == plan::Count::run)
        context.run[index].fetch_or(ledger::fired_in_run, std::memory_order_relaxed);
    if (fault.sticky > plan::Sticky::fault)
        cell_of(context, call, Purpose::latch, index, fault.sticky == plan::Sticky::site).add(1);
}

bool has_fired(const Context& context, std::uint16_t index) noexcept
{
    if (context.schedule.faults[index].count == plan::Count::run)
        return (context.run[index].load(std::memory_order_relaxed) & ledger::fired_in_run) != 0;
    return context.header.totals()[index].fired.load(std::memory_order_relaxed) != 0;
}

void owe(const Context& context, const Call& call, std::uint16_t index) noexcept
{
    auto owed = owed_cell(context, call, index);
    if (owed.word() != nullptr) owed.add(1);
}

void settle(Verdict& verdict, std::uint64_t moved) noexcept
{
    for (std::uint8_t i = 0; i < verdict.meter_count; ++i) {
        const auto& meter = verdict.meters[i];
        if (moved >= meter.taken) continue;
        const auto unused = meter.taken - moved;
        if (meter.generation >= 0) {
            Cell{*meter.spent, static_cast<std::uint64_t>(meter.generation)}.update(
                [&](std::uint64_t spent) { return spent == Cell::most || spent < unused ? spent : spent - unused; });
            continue;
        }
        auto before = meter.spent->load(std::memory_order_relaxed);
        while (before != spent_for_good &&
               !meter.spent->compare_exchange_weak(before, before - unused, std::memory_order_relaxed)) {
        }
    }
    verdict.meter_count = 0;
}

} // namespace faultline::engine
