#include "engine/layers.hpp"

#include "sys/text.hpp"

namespace faultline::engine {

constinit Layers libc_layers;
constinit std::atomic<std::uint32_t> libc_layer_count{0};
constinit thread_local std::atomic<Link*> own_links{nullptr};
constinit thread_local std::uint32_t suspended = 0;

namespace {

/// What is known of descriptors under the process's plan says nothing about another one.
[[gnu::section(".bss.late")]] constinit Descriptors no_memory_of_paths;

/// The calling thread's block. Threads are known by where their own storage lies, which costs no system call and stays
/// the same in a forked child.
ledger::Thread& block_of_caller(ledger::Header& record) noexcept
{
    const auto place = reinterpret_cast<std::uintptr_t>(&suspended);
    const auto id = static_cast<std::uint32_t>(place >> 4U) | 1U;
    const auto blocks = record.thread_limit - 1;
    for (std::uint32_t probe = 0; probe < blocks; ++probe) {
        auto& block = record.thread(1 + (static_cast<std::uint32_t>(mix(id)) + probe) % blocks);
        auto owner = block.owner.load(std::memory_order_acquire);
        if (owner == id) return block;
        if (owner != 0) continue;
        if (!block.owner.compare_exchange_strong(owner, ledger::unborn)) continue;
        char text[32];
        sys::Writer lineage{text};
        lineage << '0';
        if (const auto earlier = __atomic_fetch_add(&record.thread(0).children, 1, __ATOMIC_RELAXED); earlier != 0)
            lineage << '.' << earlier;
        begin_numbering(record, block, lineage.view());
        block.owner.store(id, std::memory_order_release);
        return block;
    }
    record.trouble.fetch_or(ledger::threads_shared_block, std::memory_order_relaxed);
    return record.thread(0);
}

/// The index of the function in the layer's plan; no_index where it does not name it.
std::uint16_t function_of(const Layer& layer, std::uint64_t name, calls::Id row) noexcept
{
    if (layer.names == nullptr) return layer.schedule->targets[row].function;
    const auto count = layer.schedule->plan->functions.count;
    for (std::uint16_t i = 0; i < count; ++i)
        if (layer.names[i] == name) return i;
    return plan::no_index;
}

/// `counted`: whether one of the layers before has counted the call.
bool ask(Layer& layer, std::uint64_t name, Call call, bool& counted, Verdict& verdict) noexcept
{
    if (layer.over.load(std::memory_order_acquire)) return false;
    const auto function = function_of(layer, name, call.row);
    if (function == plan::no_index) return false;
    if (layer.names != nullptr) call.row = static_cast<calls::Id>(function);
    // What a call may draw from budgets is bounded; one that comes to that bound through several plans is let through.
    if (layer.schedule->targets[call.row].metered && verdict.meter_count != 0) return false;
    if (counted) __atomic_fetch_add(&layer.repeated[function], 1, __ATOMIC_RELAXED);
    counted = true;
    auto& block = layer.single ? layer.record->thread(0) : block_of_caller(*layer.record);
    if (!judge({*layer.schedule, *layer.record, block, no_memory_of_paths, nullptr, true}, call, verdict)) return false;
    layer.users.fetch_add(1, std::memory_order_relaxed);
    verdict.held = &layer.users;
    const bool numbered = verdict.fault->on.count != 0 && verdict.fault->count == plan::Count::process;
    if (numbered && verdict.event != nullptr) verdict.event->match += layer.skip;
    return true;
}

} // namespace

void prepare_layers() noexcept { no_memory_of_paths.remember_nothing(); }

void begin_numbering(const ledger::Header& record, ledger::Thread& block, std::string_view lineage) noexcept
{
    block.lineage.assign(lineage);
    const auto& plan = record.plan();
    const auto faults = plan.view(plan.faults);
    for (std::size_t i = 0; i < faults.size(); ++i) {
        auto& share = block.shares()[i];
        share.matched_before = share.matched;
        share.key = stream_key(record.seed, plan.text(faults[i].name), lineage);
    }
    for (std::size_t i = 0; i < record.function_count; ++i)
        block.calls_before(faults.size(), record.function_count)[i] = block.calls(faults.size())[i];
}

bool strikes_by_layers(Layers& layers, std::uint64_t name, const Call& call, Verdict& verdict) noexcept
{
    bool counted = false;
    for (auto* link = own_links.load(std::memory_order_acquire); link != nullptr;
         link = link->next.load(std::memory_order_acquire))
        if (link->layer->of == &layers && ask(*link->layer, name, call, counted, verdict)) return true;
    if (layers.first.load(std::memory_order_relaxed) == nullptr) return false;
    layers.judging.fetch_add(
        1); // sequentially consistent: a thread that takes a layer out of the list looks here after
    bool struck = false;
    for (auto* layer = layers.first.load(); layer != nullptr && !struck;
         layer = layer->next.load(std::memory_order_acquire))
        struck = ask(*layer, name, call, counted, verdict);
    layers.judging.fetch_sub(1, std::memory_order_release);
    return struck;
}

bool strikes_by_layers(const Call& call, Verdict& verdict) noexcept
{
    return strikes_by_layers(libc_layers, 0, call, verdict);
}

} // namespace faultline::engine
