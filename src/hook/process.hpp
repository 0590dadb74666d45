// This process: its plan, its place in the tree of processes, its threads' counters, and whether it is armed. All hooks
// come through here to the engine.
#pragma once

#include "engine/layers.hpp"
#include "hook/slots.hpp"
#include "ledger/board.hpp"
#include "ledger/ledger.hpp"
#include "ledger/reserve.hpp"
#include "plan/block_file.hpp"

#include <atomic>

namespace faultline::hook {

using engine::Word;

#pragma GCC visibility push(hidden) // reached without the detour that a symbol of another library needs

/// The real functions, by row; nullptr until the row is first used or armed.
extern void* reals[calls::row_count];

/// The real function of any row.
template <class Signature>
[[nodiscard]] Signature* real(calls::Id row) noexcept
{
    return reinterpret_cast<Signature*>(resolve(row));
}

/// What boot finds out, and forks and execs change. Written only while the process has one thread.
struct Process {
    const plan::Plan* plan = nullptr; // a copy of its own; nullptr: no plan, Faultline does nothing
    plan::TomlFile toml;              // what it was compiled from
    bool selected = false;            // `programs` names this program; else only the lineage is carried on
    bool disabled = false;            // FAULT_DISABLE=1
    std::uint64_t seed = 0;
    int pid = 0;
    int ppid = 0;
    ledger::Arguments arguments;
    std::string_view program;
    ledger::Lineage lineage;
    bool is_child = false; // of a process with a plan, by fork and exec
    bool image_by_exec = false;
    bool forked_at_main = false;              // by a fork server: its constructors have run
    ledger::Header* header = nullptr;         // the record; of the parent as long as `record_pending`
    std::atomic<bool> record_pending = false; // a forked child that has counted nothing yet has no record yet
    bool borrows_record = false;              // a child of a process behind seccomp: it counts in its parent's
};
extern constinit Process process;

/// What is judged by; nullptr while the process is not armed.
extern constinit std::atomic<const engine::Schedule*> active;

/// The calling thread's counters; nullptr until it needs them.
extern constinit thread_local ledger::Thread* own_block;

/// What is known of the paths behind descriptors.
extern constinit engine::Descriptors descriptors;

/// The rest of strikes() for a process that is not armed yet or has no plan, and a thread's first call.
[[nodiscard, gnu::cold]] bool strikes_at_first(const engine::Call& call, engine::Verdict& verdict) noexcept;

#pragma GCC visibility pop

/// Whether a call is struck. The door from every hook to the engine. After boot; in signal handlers and vfork children.
[[nodiscard]] inline bool strikes(const engine::Call& call, engine::Verdict& verdict) noexcept
{
    const auto* const schedule = active.load(std::memory_order_acquire);
    auto* const block = own_block;
    if (schedule == nullptr || block == nullptr) [[unlikely]]
        return strikes_at_first(call, verdict);
    if (engine::judge({*schedule, *process.header, *block, descriptors, ledger::run_matches()}, call, verdict))
        return true;
    return engine::libc_layer_count.load(std::memory_order_relaxed) != 0 && engine::strikes_by_layers(call, verdict);
}

/// Whether the caller is this process, and no vfork child that shares its memory. Makes no system call behind seccomp.
[[nodiscard]] bool is_us() noexcept;

/// Whether a seccomp filter may kill the process for a system call of ours. Any time.
[[nodiscard]] bool is_sealed() noexcept;

/// Makes the record of this process image, if it has none. Boot, and later with all signals blocked, by any thread.
void make_record() noexcept;

/// Lets the program lay faults of its own over libc's functions. Boot.
void offer_layers() noexcept;

/// Begins to inject: at load, before main, or at the moment the plan names.
void arm() noexcept;
void wait_to_arm() noexcept; // for `arm = "5s"` and `arm = "file:PATH"`, from main on

/// The lineage of the next fork, exec or thread that the calling thread begins.
/// Without `makes_record` a forked child that has counted nothing does not get a record for it.
[[nodiscard]] ledger::Lineage next_lineage(bool makes_record = true) noexcept;

/// Gives a block to a thread that is about to begin with this lineage; nullptr where there is none of its own.
[[nodiscard]] ledger::Thread* prepare_thread(const ledger::Lineage& lineage) noexcept;

/// Writes the statistics file. Does nothing in a vfork child, which shares our memory but is not us.
void finish(ledger::State state, std::int32_t status) noexcept;

/// The handlers of fork, for pthread_atfork. _Fork runs none: its child goes on counting in its parent's record.
void before_fork() noexcept;
void after_fork_in_parent() noexcept;
void after_fork_in_child() noexcept;

} // namespace faultline::hook
