// Whether a call is struck, and by which fault. A pure function of plan, counters, call and generator: it runs in unit tests
// without any preloading.
#pragma once

#include "engine/call.hpp"
#include "engine/descriptors.hpp"
#include "engine/draw.hpp"
#include "ledger/layout.hpp"

namespace faultline::engine {

/// What judge() works on. All of it outlives the call.
struct Context {
    const plan::Plan& plan;
    ledger::Header& header;
    ledger::Thread& thread; // the calling thread's own block
    Descriptors& descriptors;
};

/// What is to happen to a call that was struck. Meaningful only if judge() returned true.
struct Verdict {
    const plan::Fault* fault;
    ledger::Header* header;
    ledger::Event* event; // to tell more of what was done; nullptr where no slot was left
    std::uint16_t index;  // of the fault in the plan
    Draw draw;
    std::int32_t error;     // that was chosen, of type errno; else 0
    std::uint64_t delay_ns; // to wait first
};

/// Counts the call, asks the faults of `function` (an index into plan.functions) in file order, and records the first
/// that fires. Touches only counters; no system call unless a fault fires or a path is seen for the first time; errno is
/// left alone. After boot; in a signal handler and in a vfork child too.
[[nodiscard]] bool judge(const Context& context, const Call& call, std::uint16_t function, Verdict& verdict) noexcept;

/// Records the error that a call was made to report. Any time after the verdict.
void note_error(const Verdict& verdict, std::int32_t error) noexcept;

/// Adds to a counter that belongs to one thread, in one instruction, so that a signal handler which counts in between loses
/// nothing. Returns what it was before. `shared`: other threads use it as well.
inline std::uint64_t count(std::uint64_t& counter, bool shared) noexcept
{
#if defined(__x86_64__)
    std::uint64_t before = 1;
    if (!shared) {
        asm volatile("xaddq %0, %1" : "+r"(before), "+m"(counter));
        return before;
    }
#endif
    return __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
}

/// How long a delay lasts. Any time.
[[nodiscard]] std::uint64_t delay_ns(const plan::Delay& delay, const Draw& draw) noexcept;

} // namespace faultline::engine
