// Each (function, site, thread) is looked up at each call in a table of hashes, which is this process's own memory: the
// ledger holds only what is to be read afterwards. Nothing is locked; a thread that comes upon an entry which another
// one is still making counts nothing, and that can only be a signal handler that interrupted the same call.
#include "engine/trace.hpp"

#include "engine/judge.hpp"
#include "engine/site.hpp"
#include "ledger/ledger.hpp"
#include "sys/syscalls.hpp"

namespace faultline::engine {
namespace {

struct Entry {
    std::atomic<std::uint64_t> key;  // 0: free
    std::atomic<std::uint64_t> slot; // in the ledger, and 1 more; 0: not known yet
};
constexpr std::size_t table_size = std::size_t{ledger::trace_limit} * 2;

constinit Entry* table = nullptr;
constinit std::atomic<bool> used{false};
constinit ledger::TraceModule program{}; // the path of the executable

/// The end of a path that is too long says more than its beginning.
std::string_view tail(std::string_view path) noexcept
{
    constexpr auto room = sizeof ledger::TraceModule::bytes;
    return path.size() > room ? path.substr(path.size() - room) : path;
}

std::uint64_t index_of_module(ledger::Header& header, const link_map* map) noexcept
{
    if (map == nullptr) return ledger::trace_no_module;
    const bool is_program = map->l_name == nullptr || *map->l_name == '\0';
    const auto path = is_program ? program.view() : tail(map->l_name);
    std::uint64_t index = 0;
    for (; index < ledger::trace_modules; ++index) {
        auto& module = header.trace_module(index);
        auto length = __atomic_load_n(&module.length, __ATOMIC_ACQUIRE);
        if (length == 0) break;
        if (module.view() == path) return index;
    }
    // Two threads may both come here, and the later text wins: then one module's frames bear the other's name. Both
    // would have to meet a new module within the same instant, so a thread first says that it writes.
    static constinit std::atomic<bool> writing{false};
    if (index == ledger::trace_modules || writing.exchange(true, std::memory_order_acquire))
        return ledger::trace_no_module;
    while (index < ledger::trace_modules && header.trace_module(index).length != 0)
        ++index;
    if (index < ledger::trace_modules) {
        auto& module = header.trace_module(index);
        for (std::size_t i = 0; i < path.size(); ++i)
            module.bytes[i] = path[i];
        __atomic_store_n(&module.length, static_cast<std::uint32_t>(path.size()), __ATOMIC_RELEASE);
    }
    writing.store(false, std::memory_order_release);
    return index < ledger::trace_modules ? index : ledger::trace_no_module;
}

std::uint64_t frame_of(ledger::Header& header, std::uintptr_t address) noexcept
{
    constexpr auto offset_mask = (std::uint64_t{1} << ledger::trace_module_shift) - 1;
    const auto place = place_of(address);
    return index_of_module(header, place.map) << ledger::trace_module_shift | (place.offset & offset_mask);
}

void fill(ledger::TraceSite& slot, const Context& context, const Call& call, std::uint16_t function,
          std::uint32_t site) noexcept
{
    auto& header = context.header;
    slot.function = function;
    slot.site = site;
    const auto claimed = header.threads_claimed.load(std::memory_order_acquire);
    for (std::uint32_t block = 0; block < claimed; ++block)
        slot.first_call += header.thread(block).calls(header.fault_count)[function];
    const auto lineage = context.thread.lineage.view();
    const auto process = header.lineage.view();
    if (lineage.starts_with(process)) slot.thread.assign(lineage.substr(process.size()));
    std::uintptr_t addresses[ledger::trace_frames];
    const auto count = stack_of(call, addresses);
    for (std::size_t i = 0; i < count; ++i)
        slot.frame[i] = frame_of(header, addresses[i]);
    slot.frames = static_cast<std::uint16_t>(count);
    slot.complete.store(1, std::memory_order_release);
}

} // namespace

bool prepare_trace(std::string_view executable) noexcept
{
    program.assign(tail(executable));
    table = static_cast<Entry*>(sys::map(nullptr, table_size * sizeof(Entry), PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE));
    return table != nullptr;
}

void clear_trace() noexcept
{
    if (table == nullptr || !used.exchange(false, std::memory_order_relaxed)) return;
    sys::map(table, table_size * sizeof(Entry), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED);
}

void trace(const Context& context, const Call& call, std::uint16_t function) noexcept
{
    if (table == nullptr) return;
    if (context.header.trace_offset == 0) { // the record lies where there is room for no trace
        context.header.trouble.fetch_or(ledger::trace_lost, std::memory_order_relaxed);
        return;
    }
    const auto site = site_of(call);
    const auto thread = hash(context.thread.lineage.view());
    const auto key = mix(thread + (std::uint64_t{function} << 32U | site) * golden) | 1U;
    used.store(true, std::memory_order_relaxed);
    constexpr std::size_t probes = 256;
    for (std::size_t i = 0; i < probes; ++i) {
        auto& entry = table[(key / 2 + i) % table_size];
        auto there = entry.key.load(std::memory_order_acquire);
        if (there == 0 && entry.key.compare_exchange_strong(there, key, std::memory_order_acq_rel)) {
            auto* const slot = ledger::claim_trace(context.header);
            if (slot == nullptr) return;
            fill(*slot, context, call, function, site);
            slot->calls.store(1, std::memory_order_relaxed);
            entry.slot.store(static_cast<std::uint64_t>(slot - &context.header.trace_site(0)) + 1,
                             std::memory_order_release);
            return;
        }
        if (there != key) continue;
        const auto slot = entry.slot.load(std::memory_order_acquire);
        if (slot != 0) context.header.trace_site(slot - 1).calls.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    context.header.trouble.fetch_or(ledger::trace_lost, std::memory_order_relaxed);
}

} // namespace faultline::engine
