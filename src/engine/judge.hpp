// Whether a call is struck, and by which fault. A pure function of plan, counters, call and generator: it runs in unit
// tests without any preloading.
//
// The order of what is asked is part of the plan's meaning: selectors, then triggers from the exact and cheap
// ones to the draws, so that the generator is asked only where it can still matter and unrelated traffic never shifts a
// seeded run.
#pragma once

#include "engine/call.hpp"
#include "engine/cells.hpp"
#include "engine/descriptors.hpp"
#include "engine/draw.hpp"
#include "ledger/layout.hpp"

namespace faultline::engine {

/// A plan made ready for judging: what is asked at each call lies one step away from the row.
struct Schedule {
    /// Small, for boot writes one for each row.
    struct Target {
        std::uint32_t faults; // where in the plan the indices of its faults are, in file order
        std::uint16_t fault_count : 14;
        std::uint16_t metered : 1; // some of the faults have a budget
        std::uint16_t traced : 1;  // the plan wants to know where it is called from
        std::uint16_t function;    // index into the plan's functions, or plan::no_index: no fault names this row
    };
    const plan::Plan* plan;
    const plan::Fault* faults;
    Target targets[calls::row_count];

    [[nodiscard]] const std::uint16_t* faults_of(const Target& target) const noexcept
    {
        return reinterpret_cast<const std::uint16_t*>(reinterpret_cast<const char*>(plan) + target.faults);
    }
    /// Points into `from`, which has to outlive this.
    void prepare(const plan::Plan& from) noexcept;
};

/// What judge() works on. All of it outlives the call.
struct Context {
    const Schedule& schedule;
    ledger::Header& header;
    ledger::Thread& thread; // the calling thread's own block
    Descriptors& descriptors;
    std::atomic<std::uint64_t>* run = nullptr; // matches of each fault in the whole run, if some fault counts them
    bool passing = false;                      // the plan comes and goes: nothing may be kept of what it selects
    // Of a call that another process makes: who calls, and the numbers of that process.
    const Caller* caller = nullptr;
    Cells* cells = &own_cells;

    [[nodiscard]] const plan::Plan& plan() const noexcept { return *schedule.plan; }
};

/// Bytes of a fault's budget that were set aside for a call.
struct Meter {
    std::atomic<std::uint64_t>* spent; // a plain number, or a Cell's word
    std::uint64_t taken;
    std::int32_t generation; // of the Cell; negative: the number is the process's, and plain
};

/// What is to happen to a call that was struck. Where judge() returned false only the meters at the end mean something.
struct Verdict {
    const plan::Fault* fault;
    ledger::Header* header;
    ledger::Event* event; // to tell more of what was done; nullptr where no slot was left
    std::uint16_t index;  // of the fault in the plan
    Draw draw;
    std::int32_t error;     // that was chosen, of type errno; else 0
    std::uint64_t delay_ns; // to wait first
    std::uint64_t cut;      // the bytes that are left of a budget and go through; 0: not that
    Descriptors* descriptors;
    std::atomic<std::uint32_t>* held =
        nullptr; // by the layer that it is of, until it is carried out (engine/layers.hpp)
    // What was set aside for the call, struck or not, until it has returned (settle()):
    std::uint8_t meter_count = 0;
    Meter meters[plan::most_budgets];
};

/// Whether the fault's selectors hold for a call. Only for faults that have some.
[[nodiscard]] bool selects(const Context& context, const plan::Fault& fault, const Call& call) noexcept;

/// The match that is being judged.
struct Match {
    std::uint16_t fault;      // index into the plan
    std::uint64_t own;        // its number in the thread
    std::uint64_t number = 0; // in the numbering that `count` chose; 0: no trigger asked
    bool owed = false;        // it tells a failure that an earlier match kept to itself
};

/// Whether a fault with more triggers than a probability fires at a match. Numbers the match, spends its budget, draws.
/// Touches only the fault's own counters; no system call. After boot; in a signal handler and in a vfork child too.
[[nodiscard]] bool triggers(const Context& context, const Call& call, Match& match, Verdict& verdict) noexcept;

/// The last step of a fault that is about to fire: takes one of its triggers, decides what it does, and records it.
/// False where no trigger was left.
[[nodiscard, gnu::cold]] bool fire(const Context& context, const Call& call, const Match& match,
                                   Verdict& verdict) noexcept;

/// Gives back what a call has not used of the budgets that it drew from: `moved` bytes went through.
void settle(Verdict& verdict, std::uint64_t moved) noexcept;

/// Records the error that a call was made to report. Any time after the verdict.
void note_error(const Verdict& verdict, std::int32_t error) noexcept;

/// Adds to a counter that belongs to one thread, in one instruction, so that a signal handler which counts in between
/// loses nothing. Returns what it was before. `shared`: other threads use it as well.
inline std::uint64_t count(std::uint64_t& counter, bool shared) noexcept
{
#if defined(__x86_64__)
    std::uint64_t before = 1;
    if (!shared) {
        asm volatile("xaddq %0, %1" : "+r"(before), "+m"(counter) : : "cc");
        return before;
    }
#endif
    return __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
}

/// The same where what it was is not needed: half the work for the processor.
inline void bump(std::uint64_t& counter, bool shared) noexcept
{
#if defined(__x86_64__)
    if (!shared) {
        asm volatile("incq %0" : "+m"(counter) : : "cc");
        return;
    }
#endif
    __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
}

/// Notes where a call of `function` (an index into the plan's) comes from. After boot; in a signal handler and a vfork
/// child too. Makes system calls where the trace has to grow.
[[gnu::noinline]] void trace(const Context& context, const Call& call, std::uint16_t function) noexcept;

/// Counts the call, asks the faults that name its function in file order, and records the first that fires. Touches
/// only counters; no system call unless a fault fires or a path is seen for the first time; errno is left alone. After
/// boot; in a signal handler and in a vfork child too. Inline, because every call of an armed function pays for it.
[[nodiscard, gnu::always_inline]] inline bool judge(const Context& context, const Call& call, Verdict& verdict) noexcept
{
    const auto& target = context.schedule.targets[call.row];
    if (target.function == plan::no_index) return false;
    auto& header = context.header;
    auto& thread = context.thread;
    const bool shared = thread.shared != 0;
    bump(thread.calls(header.fault_count)[target.function], shared);
    if (target.traced) [[unlikely]]
        trace(context, call, target.function);
    if (header.enabled.load(std::memory_order_relaxed) == 0) return false;
    const auto* const indices = context.schedule.faults_of(target);
    for (std::uint16_t i = 0; i < target.fault_count; ++i) {
        const auto index = indices[i];
        const auto& fault = context.schedule.faults[index];
        if (fault.selective && !selects(context, fault, call)) continue;
        auto& share = thread.shares()[index];
        const auto own_match = count(share.matched, shared) + 1 - share.matched_before;
        Match match{index, own_match};
        if (fault.plain) {
            if (!Draw{share.key, own_match}.hits(fault.probability, Draw::fires)) continue;
        } else if (!triggers(context, call, match, verdict)) {
            continue;
        }
        if (fire(context, call, match, verdict)) return true;
    }
    return false;
}

/// The number of the call that is being judged among those that its thread has made of the function, from 1.
[[nodiscard]] inline std::uint64_t number_in_thread(const Context& context, const Call& call) noexcept
{
    const auto& header = context.header;
    const auto function = context.schedule.targets[call.row].function;
    return context.thread.calls(header.fault_count)[function] -
           context.thread.calls_before(header.fault_count, header.function_count)[function];
}

/// How long a delay lasts. Any time.
[[nodiscard]] std::uint64_t delay_ns(const plan::Delay& delay, const Draw& draw) noexcept;

} // namespace faultline::engine
