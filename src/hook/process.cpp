#include "hook/process.hpp"

#include "effects/told.hpp"
#include "engine/layers.hpp"
#include "engine/trace.hpp"
#include "hook/takeover.hpp"
#include "sys/syscalls.hpp"
#include "sys/text.hpp"

namespace faultline::hook {

constinit Process process;
constinit std::atomic<const engine::Schedule*> active{nullptr};
[[gnu::section(".bss.late")]] constinit engine::Descriptors descriptors;
constinit thread_local ledger::Thread* own_block = nullptr;

// The parent's record has nothing to say to that.
bool is_sealed() noexcept
{
    return process.header != nullptr && !process.record_pending.load(std::memory_order_acquire) &&
           (process.header->trouble.load(std::memory_order_relaxed) & ledger::sealed) != 0;
}

namespace {

constinit engine::Schedule schedule_of_plan{};
constinit thread_local ledger::Lineage lineage_of_fork{};
constinit thread_local ledger::Thread* block_of_fork = nullptr; // own_block, while the thread is inside fork()
constinit thread_local int pid_before_fork = 0;
constinit std::atomic<std::uint64_t> children_in_transit{
    0};                                            // of a process that `programs` leaves out, or that has no record yet
constinit std::atomic<std::uint64_t> strangers{0}; // threads that began out of our sight
constinit std::atomic<std::int64_t> armed_at{0};   // monotonic ns; a child goes on with its parent's

constinit std::atomic<bool> making_record{false};

// `arm = "5s"` and `arm = "file:PATH"`: the next moment at which to look whether it is time; 0: not waiting.
constinit std::atomic<std::int64_t> look_at{0};
constexpr std::int64_t look_every = 5'000'000;

void append(ledger::Lineage& lineage, std::string_view text) noexcept
{
    if (!lineage.append(text) && process.header != nullptr) process.header->trouble |= ledger::lineage_cut;
}

void append_ordinal(ledger::Lineage& lineage, std::string_view separator, std::uint64_t ordinal) noexcept
{
    char text[24];
    sys::Writer writer{text};
    writer << separator << ordinal;
    append(lineage, writer.view());
}

/// Starts a thread's own numbering, and its streams of draws.
void adopt(ledger::Thread& block, const ledger::Lineage& lineage) noexcept
{
    block.children = 0;
    engine::begin_numbering(*process.header, block, lineage.view());
}

/// The calling thread's block, taken at its first call that needs one.
ledger::Thread& enter() noexcept
{
    if (own_block != nullptr) return *own_block;
    if (is_sealed()) {
        own_block = &process.header->thread(0);
        return *own_block;
    }
    // A handler of fork that is not ours. In the child ours may be yet to come, and the parent's record no longer ours.
    if (block_of_fork != nullptr && sys::getpid() == pid_before_fork) return *block_of_fork;
    if (block_of_fork != nullptr) after_fork_in_child();
    const auto mask = sys::block_signals(); // a handler must not find the record half made
    make_record();
    // A child of vfork comes here in its parent's name: it is the parent's only thread, and goes by its memory.
    const auto tid = is_us() ? sys::gettid() : process.pid;
    auto& block = ledger::claim_thread(*process.header, static_cast<std::uint32_t>(tid));
    if (block.shared == 0) {
        auto lineage = process.lineage;
        if (tid != process.pid) append_ordinal(lineage, ".x", strangers.fetch_add(1) + 1);
        adopt(block, lineage);
    }
    own_block = &block;
    sys::restore_signals(mask);
    return block;
}

bool due() noexcept
{
    auto next = look_at.load(std::memory_order_relaxed);
    if (next == 0 || is_sealed()) return false;
    const auto now = sys::now(CLOCK_MONOTONIC);
    if (now < next || !look_at.compare_exchange_strong(next, now + look_every)) return false;
    const auto& plan = *process.plan;
    return plan.arm == plan::Arm::after || sys::exists(plan.text(plan.arm_file).data());
}

void warn(const ledger::Problem& problem) noexcept
{
    [[gnu::section(".bss.late")]] static constinit char line[ledger::path_room + 256];
    sys::Writer text{line};
    text << "faultline: the statistics cannot be written to " << std::string_view{problem.file} << ": "
         << std::string_view{problem.reason}
         << " (faults strike all the same; set FAULT_STATS to a file that can be written)\n";
    sys::write_within_limit(2, line, text.view().size());
}

void make_record_alone() noexcept
{
    if (process.header != nullptr && !process.record_pending) return;
    ledger::Problem problem{};
    auto* const parent = process.record_pending ? process.header : nullptr;
    auto* const header = ledger::create(*process.plan,
                                        {process.program, process.lineage.view(), process.seed, process.image_by_exec,
                                         process.arguments, process.toml, process.pid, process.ppid},
                                        parent, problem);
    // A forked child speaks of this no second time: its parent has. That no records are wanted is said once in a tree.
    if (problem.reason != nullptr && parent == nullptr && !(ledger::place().none && process.is_child)) warn(problem);
    if (header == nullptr) { // no memory for as much as an address range: the parent's record serves on
        process.record_pending = false;
        return;
    }
    process.header = header;
    header->control_taken = generation_taken();
    if (is_quiet()) header->enabled = 0;
    header->armed_monotonic_ns = armed_at.load();
    if (process.disabled) {
        header->enabled = 0;
        header->trouble |= ledger::disabled;
    }
    process.record_pending.store(false, std::memory_order_release);
}

bool strikes_by_plan_at_first(const engine::Call& call, engine::Verdict& verdict) noexcept
{
    if (active.load(std::memory_order_acquire) == nullptr) {
        if (look_at.load(std::memory_order_relaxed) == 0 || !due()) return false;
        arm();
    }
    const auto* const schedule = active.load(std::memory_order_acquire);
    if (schedule == nullptr || schedule->targets[call.row].function == plan::no_index) return false;
    auto& block = enter(); // first: it may make this process's record, which lies elsewhere than its parent's
    return engine::judge({*schedule, *process.header, block, descriptors, ledger::run_matches()}, call, verdict);
}

} // namespace

bool strikes_at_first(const engine::Call& call, engine::Verdict& verdict) noexcept
{
    if (engine::suspended != 0) return false;
    if (strikes_by_plan_at_first(call, verdict)) return true;
    return engine::libc_layer_count.load(std::memory_order_relaxed) != 0 && engine::strikes_by_layers(call, verdict);
}

bool is_us() noexcept { return is_sealed() || sys::getpid() == process.pid; }

void make_record() noexcept
{
    // A forked child may have several threads before it counts anything: TSan starts one, and so does clone(). The
    // others wait for the first to have mapped the child's ledger over its parent's, though not for ever: it may have been
    // killed.
    static constexpr std::int64_t nap = 100'000;
    for (int patience = 20'000; making_record.exchange(true, std::memory_order_acquire) && patience > 0; --patience)
        sys::sleep_until(sys::now(CLOCK_MONOTONIC) + nap, false);
    make_record_alone();
    making_record.store(false, std::memory_order_release);
}

void arm() noexcept
{
    if (active.load() != nullptr) return;
    const auto now = sys::now(CLOCK_MONOTONIC);
    std::int64_t nobody = 0;
    if (!armed_at.compare_exchange_strong(nobody, now)) return;
    enter();
    process.header->armed_monotonic_ns = now;
    look_at = 0;
    if (!process.disabled) effects::start_clocks(*process.plan);
    schedule_of_plan.prepare(*process.plan);
    active.store(&schedule_of_plan, std::memory_order_release);
}

void wait_to_arm() noexcept
{
    const auto& plan = *process.plan;
    look_at =
        sys::now(CLOCK_MONOTONIC) + (plan.arm == plan::Arm::after ? static_cast<std::int64_t>(plan.arm_after) : 0);
}

ledger::Lineage next_lineage(bool makes_record) noexcept
{
    if (!process.selected || (process.record_pending && !makes_record)) {
        auto lineage = process.lineage;
        append_ordinal(lineage, ".", children_in_transit.fetch_add(1) + 1);
        return lineage;
    }
    auto& block = enter();
    auto lineage = block.lineage;
    append_ordinal(lineage, ".", engine::count(block.children, block.shared != 0) + 1);
    return lineage;
}

ledger::Thread* prepare_thread(const ledger::Lineage& lineage) noexcept
{
    auto& block = ledger::claim_thread(*process.header, ledger::unborn);
    if (block.shared != 0) return nullptr;
    adopt(block, lineage);
    return &block;
}

namespace {

/// Other threads may run until the process is gone. What they do from here on is neither struck nor counted, for a
/// record whose numbers go on while it is written would not add up; those that are in the middle of it get a moment to
/// end it.
void come_to_rest() noexcept
{
    if (active.exchange(nullptr, std::memory_order_acq_rel) == nullptr || is_sealed()) return;
    constexpr std::uint32_t own_blocks = 2; // the one of last resort, and the main thread's
    constexpr std::int64_t moment = 200'000;
    if (process.header->threads_claimed.load(std::memory_order_acquire) > own_blocks)
        sys::sleep_until(sys::now(CLOCK_MONOTONIC) + moment, false);
}

} // namespace

void finish(ledger::State state, std::int32_t status) noexcept
{
    if (!process.selected || process.borrows_record || !is_us()) return;
    if (state == ledger::State::executed) ledger::leave_reserve();
    if (process.record_pending) {
        // Nothing was counted since the fork. An image that ends has a record all the same; one that is replaced need
        // not.
        if (state == ledger::State::executed) return;
        enter();
    }
    if (process.header == nullptr) return;
    if (armed_at.load() == 0) process.header->trouble |= ledger::not_armed;
    // After an abort the host's own handler of SIGABRT may still run.
    if (state == ledger::State::finished && status != ledger::by_abort) come_to_rest();
    ledger::finish(*process.header, state, status, state == ledger::State::executed);
    if (state != ledger::State::finished) return;
    ledger::leave_board();
    ledger::leave_reserve();
}

void before_fork() noexcept
{
    lineage_of_fork = next_lineage();
    if (!process.selected) return;
    block_of_fork = &enter();
    if (is_sealed()) return; // the only record there will be
    const auto mask = sys::block_signals();
    ledger::prepare_reserve(*process.plan);
    sys::restore_signals(mask);
    pid_before_fork = sys::getpid();
    own_block = nullptr; // so that calls of other handlers of fork come by enter()
}

void after_fork_in_parent() noexcept
{
    if (block_of_fork != nullptr) own_block = block_of_fork;
    block_of_fork = nullptr;
}

void after_fork_in_child() noexcept
{
    block_of_fork = nullptr;
    making_record = false; // another thread's, which is not here
    forget_take_over();
    if (is_sealed()) { // nor may anything be asked of the kernel here
        process.borrows_record = true;
        own_block = &process.header->thread(0);
        return;
    }
    const int pid = sys::getpid();
    if (process.pid == pid) return; // a call of another handler has brought us here before
    process.lineage = lineage_of_fork;
    process.image_by_exec = false;
    process.pid = pid;
    process.ppid = sys::getppid();
    children_in_transit = 0;
    strangers = 0;
    own_block = nullptr;
    if (!process.selected) return;
    process.record_pending = true;
    engine::own_cells.clear();
    engine::clear_trace();
    ledger::share_board();
    ledger::inherit_reserve();
}

} // namespace faultline::hook
