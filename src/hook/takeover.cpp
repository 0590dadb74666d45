#include "hook/takeover.hpp"

#include "effects/told.hpp"
#include "engine/callers.hpp"
#include "engine/record.hpp"
#include "engine/select.hpp"
#include "hook/process.hpp"
#include "hook/track.hpp"
#include "ledger/ledger.hpp"
#include "plan/glob.hpp"
#include "sys/syscalls.hpp"

extern "C" {
// What a watch compares (arch/).
[[gnu::visibility("hidden")]] constinit const std::atomic<std::uint32_t>* faultline_generation = nullptr;
[[gnu::visibility("hidden")]] constinit std::atomic<std::uint32_t> faultline_taken{0};
}

namespace faultline::hook {
namespace {

constinit const plan::ControlPage* page = nullptr;
constinit ledger::Name<256> own_executable{};
constinit std::atomic<bool> taking{false};
constinit std::atomic<bool> rows_stay{false};
constinit std::atomic<bool> quiet_now{false};
constinit std::atomic<std::uint32_t> generation_in_force{0};
constinit std::uint32_t plan_change_taken = 0; // as the rest: written by who holds `taking`

/// A plan that was in force once. It stays: calls may be under way that were struck by it, some of them for hours. One
/// that comes again is found here.
struct Kept {
    Kept* next;
    std::uint64_t checksum;
    engine::Schedule schedule;
    [[nodiscard]] plan::Plan& plan() noexcept { return *reinterpret_cast<plan::Plan*>(this + 1); }
};
static_assert(sizeof(Kept) % alignof(plan::Plan) == 0);
constinit Kept* kept = nullptr;

/// The plan in force, as one that stays; nullptr while it is being written, or where there is no memory.
Kept* keep_plan() noexcept
{
    const auto bytes = sizeof(Kept) + page->block_bytes;
    auto* const room =
        static_cast<Kept*>(sys::map(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS));
    if (room == nullptr) return nullptr;
    bool useful = plan::copy_plan(*page, *process.plan, room + 1);
    if (useful) {
        room->checksum = plan::describe_block(room->plan(), {}).checksum;
        for (auto* each = kept; each != nullptr; each = each->next)
            if (each->checksum == room->checksum) {
                sys::unmap(room, bytes);
                return each;
            }
        mark_elsewhere(room->plan(), own_executable.view());
        room->schedule.prepare(room->plan());
        room->next = kept;
        kept = room;
        return room;
    }
    sys::unmap(room, bytes);
    return nullptr;
}

/// What has been learnt under the plan before says nothing under another one.
void forget_what_was_learnt() noexcept
{
    descriptors.forget_range(0, ~0U);
    engine::forget_callers();
    engine::thread_renamed();
}

/// A fault that is new in a place of the plan draws from a stream of its own in every thread, and counts from 1.
void begin_streams(const plan::Plan& before, const plan::Plan& now) noexcept
{
    auto& header = *process.header;
    const auto earlier = before.view(before.faults);
    const auto faults = now.view(now.faults);
    const auto blocks = header.threads_claimed.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < faults.size(); ++i) {
        const auto name = now.text(faults[i].name);
        if (name == before.text(earlier[i].name)) continue;
        for (std::uint32_t block = 0; block < blocks; ++block) {
            auto& thread = header.thread(block);
            thread.shares()[i].key = engine::stream_key(header.seed, name, thread.lineage.view());
        }
    }
}

bool take_plan() noexcept
{
    auto* const next = keep_plan();
    if (next == nullptr) return false;
    const auto& before = *process.plan;
    const auto& now = next->plan();
    if (&before == &now) return true;
    __atomic_store_n(&process.plan, &now, __ATOMIC_RELEASE);
    if (process.header != nullptr && !process.record_pending.load(std::memory_order_acquire)) {
        begin_streams(before, now);
        auto* const in_record = reinterpret_cast<char*>(process.header) + process.header->plan_offset;
        __builtin_memcpy(in_record, &now, now.bytes);
    }
    // Where the process is not armed yet, or no longer, it stays so.
    const auto* old = active.load(std::memory_order_acquire);
    if (old != nullptr && !process.disabled) effects::go_on_with_clocks(now);
    if (old != nullptr) active.compare_exchange_strong(old, &next->schedule, std::memory_order_acq_rel);
    forget_what_was_learnt();
    arm_rows();
    return true;
}

/// Puts what was changed since into the record.
void note_changes(std::uint32_t from, std::uint32_t to) noexcept
{
    constexpr std::uint32_t kept_changes = std::size(plan::ControlPage{}.changes);
    auto& header = *process.header;
    if (to - from > kept_changes) from = to - kept_changes;
    for (auto generation = from + 1; generation != to + 1; ++generation) {
        const auto& change = page->changes[generation % kept_changes];
        if (change.generation.load(std::memory_order_acquire) != generation) continue;
        auto* const event = ledger::claim_event(header);
        if (event == nullptr) return;
        event->fault = plan::no_index;
        event->match = generation;
        event->time_ns = engine::time_since_arming(header);
        const auto length = change.length < sizeof change.text ? change.length : std::uint32_t{sizeof change.text};
        event->path.assign({change.text, length});
        event->complete.store(1, std::memory_order_release);
    }
}

/// Whether faults strike now. While they do not, each call asks anew.
bool settle_quiet() noexcept
{
    const auto until = page->quiet_until.load(std::memory_order_acquire);
    const bool quiet = until != 0 && sys::now(CLOCK_MONOTONIC) < until;
    quiet_now.store(quiet, std::memory_order_relaxed);
    if (process.header != nullptr && !process.disabled && !process.record_pending.load(std::memory_order_acquire))
        process.header->enabled.store(quiet ? 0 : 1, std::memory_order_relaxed);
    return !quiet;
}

void take_over_alone(std::uint32_t generation) noexcept
{
    const auto change = page->plan_change.load(std::memory_order_acquire);
    if (change != plan_change_taken) {
        if (!take_plan()) return; // it is looked for again at the next call
        plan_change_taken = change;
    }
    const auto before = generation_in_force.exchange(generation, std::memory_order_acq_rel);
    const bool has_record = process.header != nullptr && !process.record_pending.load(std::memory_order_acquire);
    if (has_record && before != generation && process.header->armed_monotonic_ns.load(std::memory_order_relaxed) != 0)
        note_changes(before, generation);
    if (settle_quiet()) faultline_taken.store(generation, std::memory_order_release);
    if (has_record) process.header->control_taken.store(generation, std::memory_order_release);
}

} // namespace

plan::Plan* begin_under_control(const plan::ControlPage& joined, plan::Plan& base) noexcept
{
    page = &joined;
    faultline_generation = &joined.generation;
    const auto generation = joined.generation.load(std::memory_order_acquire);
    const auto change = joined.plan_change.load(std::memory_order_acquire);
    faultline_taken.store(joined.quiet_until.load() != 0 ? generation - 1 : generation);
    generation_in_force.store(generation);
    plan_change_taken = change;
    if (joined.block_bytes != base.bytes) return nullptr;
    if (change == 0) return &base;
    auto* const room = sys::map(nullptr, base.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
    constexpr int most_tries = 100; // it may be changed again and again meanwhile
    for (int i = 0; room != nullptr && i < most_tries; ++i)
        if (plan::copy_plan(joined, base, room)) return static_cast<plan::Plan*>(room);
    return nullptr;
}

bool is_controlled() noexcept { return page != nullptr; }

void mark_elsewhere(plan::Plan& plan, std::string_view executable) noexcept
{
    own_executable.assign(executable);
    const auto view = plan.view(plan.faults);
    for (auto& fault : std::span(const_cast<plan::Fault*>(view.data()), view.size()))
        fault.elsewhere = fault.program_globs.count != 0 &&
                          !plan::any_name_matches(plan, fault.program_globs, process.program) &&
                          !plan::any_name_matches(plan, fault.program_globs, executable);
}

void arm_rows() noexcept
{
    const auto& plan = *process.plan;
    const auto functions = plan.view(plan.functions);
    const auto of_row = plan.view(plan.function_of_row);
    const auto observers = engine::observers_wanted(plan);
    const bool selected = process.selected;
    const bool controlled = is_controlled();
    for (std::uint16_t row = 0; row < calls::row_count; ++row) {
        const auto tracks = tracks_of_row[row];
        const bool carries_lineage = tracks == calls::Tracks::executes || tracks == calls::Tracks::spawns;
        const bool seen = may_be_seen(calls::Id{row}) && observe_row(calls::Id{row}, observers);
        // Under control all functions have their place in the plan, whether or not a fault names them.
        const bool named = of_row[row] != plan::no_index && (!controlled || functions[of_row[row]].faults.count != 0);
        const bool wanted = selected ? named || seen : carries_lineage;
        if (wanted)
            arm_row(calls::Id{row});
        else if (controlled && !rows_stay.load(std::memory_order_relaxed))
            disarm_row(calls::Id{row});
    }
}

void keep_rows_armed() noexcept { rows_stay.store(true, std::memory_order_relaxed); }

void take_over() noexcept
{
    const auto generation = page->generation.load(std::memory_order_acquire);
    if (is_sealed()) { // nothing may be asked of the kernel: the plan stays
        faultline_taken.store(generation, std::memory_order_relaxed);
        return;
    }
    const auto mask = sys::block_signals(); // a handler that jumps out of it would leave it half done for good
    if (!taking.exchange(true, std::memory_order_acquire)) {
        take_over_alone(generation);
        taking.store(false, std::memory_order_release);
    }
    sys::restore_signals(mask);
}

bool is_quiet() noexcept { return quiet_now.load(std::memory_order_relaxed); }

std::uint32_t generation_taken() noexcept { return generation_in_force.load(std::memory_order_acquire); }

void forget_take_over() noexcept { taking.store(false, std::memory_order_relaxed); }

} // namespace faultline::hook
