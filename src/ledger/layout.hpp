// The ledger: the mapped file in which a process keeps its counters and events while it lives. It is right at every
// moment, also after SIGKILL, because the page cache outlives the process; the statistics file is its rendering.
//
//   Header | plan | Totals per fault, ErrorCounts | thread blocks (grow) | events (grow) | trace (grows)
//
// A thread writes only to its own block, so counting needs no lock and threads never share a cache line. Regions that
// grow are given disk space before they are touched: on a full disk a part that the file lacks would kill the host with
// SIGBUS.
#pragma once

#include "ledger/name.hpp"
#include "ledger/trace_layout.hpp"
#include "plan/plan.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultline::ledger {

inline constexpr std::uint64_t magic = 0x3154'4c55'4146'0a1a; // "\x1a\nFAULT1"
inline constexpr std::uint32_t layout_version = 5;
inline constexpr std::uint64_t page = 4096;

/// How far the life of a process image has come.
enum class State : std::uint32_t { running, finished, executed };

/// What went wrong with the record itself; each is a bit and becomes a line of "warnings".
enum Trouble : std::uint32_t {
    events_lost_no_space = 1U << 0U, // the ledger could not grow: the file system is full, or the file is out of reach
    threads_shared_block = 1U << 1U, // more threads than blocks: some are not reproducible
    sealed = 1U << 2U,               // seccomp: no system calls of ours since, so the ledger is the record
    not_armed = 1U << 3U,            // the process ended before the moment that `arm` names
    disabled = 1U << 4U,             // FAULT_DISABLE=1
    argv_cut = 1U << 5U,
    lineage_cut = 1U << 6U,
    errors_uncounted = 1U << 7U,  // more kinds of errors than slots to count them in
    cells_shared = 1U << 8U,      // more descriptors or sites than numbers to keep for them
    run_unshared = 1U << 9U,      // count = "run", and the file that the processes of a run share could not be had
    child_unrecorded = 1U << 10U, // a forked child could keep no record, nowhere
    trace_lost = 1U << 12U,       // some sites of a trace are missing: no room in the file system, or too many
    unstruck_unnamed = 1U << 11U, // more programs and libraries ran without faults than there is room to name
};

/// Why a program that this process started, or a library that it loaded, was not struck.
enum class Unreached : std::uint32_t {
    reached, // it was, as far as can be seen from outside
    statically_linked,
    go,
    musl,
    architecture,
    privileged,
    environment, // it was not told to preload anything, or of no plan
    library,     // the library is not to be found where it was started
    deep_bound,  // no program but a library: RTLD_DEEPBIND binds its calls past every preload
    namespaced,  // likewise: dlmopen gave it a libc of its own
};

using Lineage = Name<96>;

/// What all threads share of a fault. On a cache line of its own: only what is exact over
/// all threads is written here.
struct alignas(64) Totals {
    std::atomic<std::uint64_t> matched;   // numbering of `on` with count = "process"
    std::atomic<std::uint64_t> triggered; // taken of `max_triggers`
    std::atomic<std::uint64_t> spent;     // bytes, of `budget`; all bits set: for good
    std::atomic<std::uint64_t> fired;     // 1: it has; kept where it is sticky or another fault waits for it
    std::atomic<std::int64_t> paced_to;   // type throttle: until when bytes that went through fill the line
};

/// Of a number that counts a fault's matches in the whole run: the fault has fired.
inline constexpr std::uint64_t fired_in_run = 1ULL << 63U;

/// How often a fault injected one error. Claimed by the thread that needs it first; a full table counts in its last slot.
struct ErrorCount {
    std::atomic<std::uint64_t> key; // 0: free
    std::atomic<std::uint64_t> count;

    [[nodiscard]] static constexpr std::uint64_t key_of(std::uint16_t fault, std::int32_t error) noexcept
    {
        return 1ULL << 63U | std::uint64_t{fault} << 32U | static_cast<std::uint32_t>(error);
    }
    [[nodiscard]] static constexpr std::uint16_t fault_of(std::uint64_t key) noexcept
    {
        return static_cast<std::uint16_t>(key >> 32U);
    }
    [[nodiscard]] static constexpr std::int32_t error_of(std::uint64_t key) noexcept
    {
        return static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
    }
};
inline constexpr std::uint32_t error_count_slots = 256; // and one more, of last resort

/// The bytes from `totals_offset` on that Totals and ErrorCounts take.
constexpr std::uint64_t totals_bytes(std::size_t faults)
{
    return faults * sizeof(Totals) + (error_count_slots + 1) * sizeof(ErrorCount);
}

/// One thread's part in a fault.
struct Share {
    std::uint64_t matched; // by this block's threads, ever
    std::uint64_t triggered;
    std::uint64_t matched_before; // `matched` when the present thread took the block: its own numbering starts there
    std::uint64_t key;            // of the generator: seed, fault and lineage mixed
    std::uint64_t in_burst;       // 1: of `burst`, a run of faults has begun and not ended
};

/// The owner of a block whose thread is about to begin.
inline constexpr std::uint32_t unborn = ~0U;

/// One thread's counters. What follows it: a Share for each fault, then for each function of the plan a std::uint64_t
/// of calls, for each a std::uint64_t of hits (calls that a fault was injected into), and for each what `calls` was when
/// the present thread took the block.
struct alignas(64) Thread {
    std::atomic<std::uint32_t> owner; // tid; 0: free; unborn
    std::uint32_t shared;             // 1: the block of last resort, used by several threads: add atomically
    std::uint64_t children;           // ordinal of the last fork, exec or thread that began here
    std::uint64_t start, argument;    // what a new thread is to run, until it does
    Lineage lineage;

    [[nodiscard]] Share* shares() noexcept { return reinterpret_cast<Share*>(this + 1); }
    [[nodiscard]] const Share* shares() const noexcept { return reinterpret_cast<const Share*>(this + 1); }
    [[nodiscard]] std::uint64_t* calls(std::size_t faults) noexcept
    {
        return reinterpret_cast<std::uint64_t*>(shares() + faults);
    }
    [[nodiscard]] const std::uint64_t* calls(std::size_t faults) const noexcept
    {
        return reinterpret_cast<const std::uint64_t*>(shares() + faults);
    }
    [[nodiscard]] std::uint64_t* hits(std::size_t faults, std::size_t functions) noexcept
    {
        return calls(faults) + functions;
    }
    [[nodiscard]] const std::uint64_t* hits(std::size_t faults, std::size_t functions) const noexcept
    {
        return calls(faults) + functions;
    }
    [[nodiscard]] std::uint64_t* calls_before(std::size_t faults, std::size_t functions) noexcept
    {
        return hits(faults, functions) + functions;
    }
};

constexpr std::uint64_t rounded(std::uint64_t bytes, std::uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

constexpr std::uint64_t thread_stride(std::size_t faults, std::size_t functions)
{
    return rounded(sizeof(Thread) + faults * sizeof(Share) + 3 * functions * sizeof(std::uint64_t), 64);
}

/// One injected fault, or a change of the plan while the process ran. A fixed size, so that a slot is claimed with one addition.
struct Event {
    std::atomic<std::uint32_t> complete; // set last: 1 when the rest may be read
    std::uint16_t fault; // of a change: no_index; `match` is its generation, and `path` says what it was
    std::uint16_t function;
    plan::Type type;
    plan::Mode mode;
    std::uint8_t has_fd, has_size;
    std::int32_t error; // 0: none
    std::int32_t fd;
    std::int32_t failed; // what the real call failed with by itself; 0: it did not, or was not made
    std::uint64_t call, match;
    std::int64_t time_ns; // since arming
    std::uint64_t size;   // bytes asked for
    std::uint64_t delay_ns;
    std::uint64_t offset, bytes; // damage or transfer: where it begins, how many
    std::int64_t returned;
    std::int32_t signal;
    plan::Moment moment;
    std::uint8_t cut;            // 1: a budget ran out within this call
    std::uint64_t caller_offset; // of the return address in its module
    std::uint32_t site;
    std::uint32_t did;         // Did bits: which of the fields above mean something
    std::uint32_t thread_call; // the call's number among those of the function in its thread
    Name<32> module;
    Name<24> thread; // what follows the process's lineage: ".1.2"
    Name<84> path;   // its tail, where it is longer
};
static_assert(sizeof(Event) == 256);
[[nodiscard]] inline bool is_change(const Event& event) noexcept { return event.fault == plan::no_index; }

/// Which fields of an Event hold something.
enum Did : std::uint32_t {
    did_delay = 1U << 0U,
    did_bytes = 1U << 1U,  // bytes
    did_offset = 1U << 2U, // offset
    did_mode = 1U << 3U,
    did_return = 1U << 4U,
    did_site = 1U << 5U,
    did_cut_path = 1U << 6U,
    did_signal = 1U << 7U,
    did_moment = 1U << 8U,
    did_shift = 1U << 9U,       // `returned` is how far a clock was put off, in ns
    did_pass = 1U << 10U,       // type drop: the call was made all the same
    did_not_revert = 1U << 11U, // after_failure "revert": the file holds what it held
};

/// A program that this process started, or a library that it loaded, and that could not be struck. Claimed once for a program and a reason.
struct Unstruck {
    std::atomic<std::uint32_t> state; // 0: free; 1: being written; 2: holds
    Unreached why;
    Name<120> program; // the tail of its path
};
inline constexpr std::size_t unstruck_slots = 8;

// What Header::exit_status holds beside a status.
inline constexpr std::int32_t unknown_status = -1;
inline constexpr std::int32_t by_abort = -2;

/// Where everything lies in a record, and how much there may be of it.
struct Layout {
    std::uint64_t magic_number;
    std::uint32_t version;
    std::uint32_t kept_if_empty; // 1: the plan asks for the record of a process in which nothing happened, too
    std::uint64_t file_bytes;    // of the fully grown file
    std::uint64_t plan_offset, totals_offset, threads_offset, events_offset;
    std::uint64_t trace_offset;  // of the TraceModules; the TraceSites follow. 0: the plan asks for no trace
    std::uint64_t thread_stride; // bytes from one thread block to the next
    std::uint64_t event_limit;
    std::uint32_t thread_limit, function_count, fault_count;
};

struct Header : Layout {
    std::uint32_t image_by_exec; // 1: this image replaced another one of the same pid
    std::atomic<State> state;
    std::uint64_t seed;
    std::int64_t started_s, started_ns; // CLOCK_REALTIME
    std::int64_t started_monotonic_ns;
    std::atomic<std::int64_t> armed_monotonic_ns; // 0: not armed yet
    std::atomic<std::int64_t> ended_monotonic_ns;
    std::int32_t pid, ppid;
    std::atomic<std::int32_t> open_descriptors; // at the end, under a plan that leaves the ledger; else 0
    std::atomic<std::int32_t> exit_status;      // valid once finished; or unknown_status, or by_abort
    std::atomic<std::uint32_t> enabled;         // 0: everything passes through; calls are still counted
    std::atomic<std::uint32_t> trouble;         // Trouble bits
    std::atomic<std::uint32_t> threads_claimed; // blocks [0, threads_claimed) have disk space and may be read
    alignas(64) std::atomic<std::uint64_t> events_claimed; // also counts those beyond event_limit
    std::atomic<std::uint64_t> events_lost;                // claimed, within the limit, but there was no room on disk
    std::atomic<std::uint64_t> events_backed; // slots [0, events_backed) have disk space and may be touched
    alignas(64) std::atomic<std::uint64_t> traces_claimed; // also counts those beyond trace_limit
    std::atomic<std::uint64_t> traces_backed;              // as events_backed
    std::atomic<std::uint32_t> control_taken;              // the generation of the run's control file that holds here
    alignas(64) Lineage lineage;
    Name<256> program;
    std::uint32_t argc, argv_bytes; // argv_bytes of `argv` hold argc strings, each with its NUL
    char argv[2048];
    Unstruck unstruck[unstruck_slots];

    // The accessors hold wherever the whole file lies in one piece from this header on. They check nothing.
    [[nodiscard]] const plan::Plan& plan() const noexcept { return *at<const plan::Plan>(plan_offset); }
    [[nodiscard]] Totals* totals() noexcept { return at<Totals>(totals_offset); }
    [[nodiscard]] const Totals* totals() const noexcept { return at<const Totals>(totals_offset); }
    /// error_count_slots slots, and one more: the one of last resort.
    [[nodiscard]] ErrorCount* error_counts() noexcept { return at<ErrorCount>(errors_at()); }
    [[nodiscard]] const ErrorCount* error_counts() const noexcept { return at<const ErrorCount>(errors_at()); }
    [[nodiscard]] Thread& thread(std::uint32_t block) noexcept
    {
        return *at<Thread>(threads_offset + block * thread_stride);
    }
    [[nodiscard]] const Thread& thread(std::uint32_t block) const noexcept
    {
        return *at<const Thread>(threads_offset + block * thread_stride);
    }
    [[nodiscard]] Event& event(std::uint64_t slot) noexcept { return *at<Event>(events_offset + slot * sizeof(Event)); }
    [[nodiscard]] const Event& event(std::uint64_t slot) const noexcept
    {
        return *at<const Event>(events_offset + slot * sizeof(Event));
    }
    // Only where trace_offset is set.
    [[nodiscard]] TraceModule& trace_module(std::uint64_t index) noexcept
    {
        return *at<TraceModule>(trace_offset + index * sizeof(TraceModule));
    }
    [[nodiscard]] const TraceModule& trace_module(std::uint64_t index) const noexcept
    {
        return *at<const TraceModule>(trace_offset + index * sizeof(TraceModule));
    }
    [[nodiscard]] TraceSite& trace_site(std::uint64_t slot) noexcept { return *at<TraceSite>(trace_site_at(slot)); }
    [[nodiscard]] const TraceSite& trace_site(std::uint64_t slot) const noexcept
    {
        return *at<const TraceSite>(trace_site_at(slot));
    }
    [[nodiscard]] std::uint64_t trace_site_at(std::uint64_t slot) const noexcept
    {
        return trace_offset + trace_modules_bytes + slot * sizeof(TraceSite);
    }

    /// Whether the record tells nothing but that the process was there: no fault matched, nothing was noted, nothing
    /// went wrong, and the plan asks for no more. Any time.
    [[nodiscard]] bool is_empty() const noexcept
    {
        if (kept_if_empty != 0) return false;
        if ((trouble.load() & ~std::uint32_t{argv_cut | lineage_cut}) != 0) return false;
        if (events_claimed.load() != 0) return false; // a change of the plan is one too
        for (const auto& each : unstruck)
            if (each.state.load() != 0) return false;
        const auto claimed = threads_claimed.load(std::memory_order_acquire);
        for (std::uint32_t block = 0; block < claimed && block < thread_limit; ++block)
            for (std::uint32_t fault = 0; fault < fault_count; ++fault)
                if (__atomic_load_n(&thread(block).shares()[fault].matched, __ATOMIC_RELAXED) != 0) return false;
        return true;
    }

    /// Counts one error that a fault injected. After boot; in a signal handler and a vfork child as well.
    void count_error(std::uint16_t fault, std::int32_t error) noexcept
    {
        const auto wanted = ErrorCount::key_of(fault, error);
        auto* const slots = error_counts();
        for (std::uint32_t probe = 0; probe < error_count_slots; ++probe) {
            auto& slot = slots[((wanted * 0x9e37'79b9'7f4a'7c15U >> 32U) + probe) % error_count_slots];
            auto key = slot.key.load(std::memory_order_relaxed);
            if (key == 0 && slot.key.compare_exchange_strong(key, wanted, std::memory_order_relaxed)) key = wanted;
            if (key != wanted) continue;
            slot.count.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        slots[error_count_slots].count.fetch_add(1, std::memory_order_relaxed);
        trouble.fetch_or(errors_uncounted, std::memory_order_relaxed);
    }

private:
    [[nodiscard]] std::uint64_t errors_at() const noexcept { return totals_offset + fault_count * sizeof(Totals); }
    template <class T>
    [[nodiscard]] T* at(std::uint64_t offset) const noexcept
    {
        return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(this) + offset);
    }
};
static_assert(sizeof(Header) <= page);

/// The layout of a record of these numbers of threads and events. `unit`: what the regions that grow are rounded up to.
[[nodiscard]] inline Layout lay_out(const plan::Plan& plan, std::uint32_t threads, std::uint64_t events,
                                    std::uint64_t unit) noexcept
{
    Layout layout{};
    layout.magic_number = magic;
    layout.version = layout_version;
    layout.kept_if_empty = plan.keeps_empty || plan.leaves_ledger || plan.traces ? 1 : 0;
    layout.plan_offset = page;
    layout.totals_offset = rounded(layout.plan_offset + plan.bytes, 64);
    layout.threads_offset = rounded(layout.totals_offset + totals_bytes(plan.faults.count), page);
    layout.thread_stride = thread_stride(plan.faults.count, plan.functions.count);
    layout.events_offset = layout.threads_offset + rounded(threads * layout.thread_stride, unit);
    layout.file_bytes = layout.events_offset + rounded((events == 0 ? 1 : events) * sizeof(Event), unit);
    if (plan.traces) {
        layout.trace_offset = layout.file_bytes;
        layout.file_bytes += trace_modules_bytes + rounded(std::uint64_t{trace_limit} * sizeof(TraceSite), unit);
    }
    layout.thread_limit = threads;
    layout.function_count = plan.functions.count;
    layout.fault_count = plan.faults.count;
    layout.event_limit = events;
    return layout;
}

} // namespace faultline::ledger
