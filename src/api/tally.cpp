#include "api/tally.hpp"

#include "api/public.hpp"
#include "language/builder.hpp"
#include "ledger/render.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

namespace faultline::api {
namespace {

std::uint64_t now(const std::uint64_t& counter) { return __atomic_load_n(&counter, __ATOMIC_RELAXED); }

template <std::size_t N>
void put(char (&to)[N], std::string_view text)
{
    const auto kept = std::min(text.size(), N - 1);
    std::memcpy(to, text.data(), kept);
    to[kept] = '\0';
}

std::string hexadecimal(std::uint64_t number)
{
    std::string digits;
    do {
        digits.insert(digits.begin(), "0123456789abcdef"[number % 16]);
        number /= 16;
    } while (number != 0);
    return digits;
}

/// Names, numbered as they come.
class Names {
public:
    std::uint16_t operator[](std::string_view name)
    {
        const auto [found, added] = index_.try_emplace(std::string(name), static_cast<std::uint16_t>(names.size()));
        if (added) names.emplace_back(name);
        return found->second;
    }
    std::vector<std::string> names;

private:
    std::map<std::string, std::uint16_t, std::less<>> index_;
};

struct Delete {
    void operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{64}); }
};

} // namespace

void Tally::add(const Box& box)
{
    auto& record = *box.record;
    const auto faults = record.fault_count;
    const auto functions = record.function_count;
    const auto is_used = [&](std::uint32_t block) {
        return block == 0 || record.thread(block).owner.load(std::memory_order_acquire) != 0;
    };
    bool any = false;
    for (std::uint32_t block = 0; block < record.thread_limit && !any; ++block)
        for (std::uint32_t i = 0; i < functions && is_used(block); ++i)
            any = any || now(record.thread(block).calls(faults)[i]) != 0;

    // All that needs memory comes first: where there is none, nothing has been added.
    order_.reserve(order_.size() + 1);
    const auto [found, added] = sums_.try_emplace(box.compiled);
    auto& sums = found->second;
    if (added) order_.push_back(box.compiled);
    for (auto* of_faults : {&sums.matched, &sums.triggered})
        of_faults->resize(faults);
    for (auto* of_functions : {&sums.calls, &sums.hits, &sums.repeated})
        of_functions->resize(functions);
    const auto claimed = record.events_claimed.load(std::memory_order_acquire);
    const auto* const counts = record.error_counts();
    for (std::uint32_t i = 0; claimed != 0 && i < ledger::error_count_slots; ++i)
        if (const auto key = counts[i].key.load(); key != 0) sums.errors.try_emplace(key, 0);
    const auto wanted = events_.size() + std::min(claimed, record.event_limit);
    if (wanted > events_.capacity()) events_.reserve(std::max(wanted, 2 * events_.capacity()));

    if (!any) return; // the usual scope, whose rules met nothing: but its faults are told of
    for (std::uint32_t block = 0; block < record.thread_limit; ++block) {
        if (!is_used(block)) continue;
        const auto& thread = record.thread(block);
        for (std::uint32_t i = 0; i < faults; ++i) {
            sums.matched[i] += now(thread.shares()[i].matched);
            sums.triggered[i] += now(thread.shares()[i].triggered);
        }
        for (std::uint32_t i = 0; i < functions; ++i) {
            sums.calls[i] += now(thread.calls(faults)[i]);
            sums.hits[i] += now(thread.hits(faults, functions)[i]);
        }
    }
    for (std::uint32_t i = 0; i < functions; ++i)
        sums.repeated[i] += now(box.repeated[i]);

    if (claimed == 0) return;
    events_claimed_ += claimed;
    for (std::uint32_t i = 0; i < ledger::error_count_slots; ++i)
        if (const auto key = counts[i].key.load(); key != 0) sums.errors[key] += counts[i].count.load();
    for (std::uint64_t slot = 0; slot < std::min(claimed, record.event_limit); ++slot) {
        const auto& event = record.event(slot);
        if (event.complete.load(std::memory_order_acquire) != 1 || events_.size() == most_events) continue;
        auto& kept = events_.emplace_back();
        kept.compiled = box.compiled;
        std::memcpy(kept.bytes.data(), static_cast<const void*>(&event), sizeof event);
    }
}

std::uint64_t Tally::calls() const
{
    std::uint64_t all = 0;
    for (const auto& [_, sums] : sums_)
        for (std::size_t i = 0; i < sums.calls.size(); ++i)
            all += sums.calls[i] - std::min(sums.calls[i], sums.repeated[i]);
    return all;
}

std::uint64_t Tally::triggered() const
{
    std::uint64_t all = 0;
    for (const auto& [_, sums] : sums_)
        for (const auto each : sums.triggered)
            all += each;
    return all;
}

std::vector<const Tally::Kept*> Tally::in_order() const
{
    std::vector<const Kept*> ordered;
    for (const auto& kept : events_)
        ordered.push_back(&kept);
    std::stable_sort(ordered.begin(), ordered.end(),
                     [](const Kept* a, const Kept* b) { return a->event().time_ns < b->event().time_ns; });
    return ordered;
}

std::string Tally::json(const Owner& owner) const
{
    // One record of them all, for the renderer: the layers' plans by name, one thread, the events.
    Names fault_names;
    Names function_names;
    std::vector<plan::Fault> faults;
    for (const auto* compiled : order_) {
        for (const auto& fault : compiled->faults())
            if (fault_names[compiled->plan().text(fault.name)] == faults.size()) faults.push_back(fault);
        for (const auto& function : compiled->functions())
            function_names[compiled->plan().text(function.name)];
    }
    language::Block block;
    plan::Plan plan;
    for (std::size_t i = 0; i < faults.size(); ++i)
        faults[i].name = block.add(fault_names.names[i]);
    std::vector<plan::Function> functions;
    for (const auto& name : function_names.names)
        functions.push_back({block.add(name), {}});
    plan.faults = block.add(faults);
    plan.functions = block.add(functions);
    plan.source = block.add(std::string_view{});
    const auto bytes = std::move(block).finish(plan);

    const auto layout = ledger::lay_out(plan, 1, events_.size(), ledger::page);
    const std::unique_ptr<std::byte, Delete> memory(
        static_cast<std::byte*>(::operator new (layout.file_bytes, std::align_val_t{64})));
    std::memset(memory.get(), 0, layout.file_bytes);
    auto& record = *reinterpret_cast<ledger::Header*>(memory.get());
    static_cast<ledger::Layout&>(record) = layout;
    std::memcpy(memory.get() + record.plan_offset, bytes.data(), bytes.size());
    record.seed = owner.seed;
    record.started_s = owner.born_s;
    record.started_ns = owner.born_ns;
    record.started_monotonic_ns = owner.born_monotonic_ns;
    record.armed_monotonic_ns = owner.born_monotonic_ns;
    record.ended_monotonic_ns = sys::now(CLOCK_MONOTONIC);
    record.pid = sys::getpid();
    record.ppid = sys::getppid();
    record.exit_status = ledger::unknown_status;
    record.threads_claimed = 1;
    record.events_claimed = events_claimed_;
    record.events_backed = events_.size();
    record.lineage.assign("0");
    record.program.assign(program_invocation_short_name);

    auto& thread = record.thread(0);
    for (const auto* compiled : order_) {
        const auto& sums = sums_.at(compiled);
        for (std::size_t i = 0; i < sums.matched.size(); ++i) {
            auto& share = thread.shares()[fault_names[compiled->name_of(i)]];
            share.matched += sums.matched[i];
            share.triggered += sums.triggered[i];
        }
        for (std::size_t i = 0; i < sums.calls.size(); ++i) {
            const auto to = function_names[compiled->plan().text(compiled->functions()[i].name)];
            thread.calls(record.fault_count)[to] += sums.calls[i] - std::min(sums.calls[i], sums.repeated[i]);
            thread.hits(record.fault_count, record.function_count)[to] += sums.hits[i];
        }
        for (const auto& [key, count] : sums.errors) {
            const auto to = fault_names[compiled->name_of(ledger::ErrorCount::fault_of(key))];
            const auto error = ledger::ErrorCount::error_of(key);
            record.count_error(to, error);
            for (std::uint32_t i = 0; i < ledger::error_count_slots; ++i)
                if (record.error_counts()[i].key == ledger::ErrorCount::key_of(to, error))
                    record.error_counts()[i].count += count - 1;
        }
    }
    std::uint64_t slot = 0;
    for (const auto* kept : in_order()) {
        auto& event = record.event(slot++);
        std::memcpy(static_cast<void*>(&event), kept->bytes.data(), sizeof event);
        event.fault = fault_names[kept->compiled->name_of(event.fault)];
        event.function = function_names[kept->compiled->plan().text(kept->compiled->functions()[event.function].name)];
    }

    std::string text;
    char buffer[1024];
    const auto append = [](void* context, const char* bytes, std::size_t count) noexcept {
        static_cast<std::string*>(context)->append(bytes, count);
        return true;
    };
    ledger::render(record, {append, &text}, buffer);
    return text;
}

std::size_t Tally::events(std::span<faultline_event> to) const
{
    std::size_t written = 0;
    for (const auto* kept : in_order()) {
        if (written == to.size()) break;
        const auto& from = kept->event();
        auto& event = to[written++];
        const auto& plan = kept->compiled->plan();
        const auto& fault = kept->compiled->faults()[from.fault];
        put(event.fault, plan.text(fault.name));
        put(event.type, plan::type_name(fault));
        put(event.target, plan.text(kept->compiled->functions()[from.function].name));
        event.call = from.call;
        event.match = from.match;
        event.time = static_cast<double>(from.time_ns) * 1e-9;
        event.error = from.error;
        event.fd = from.has_fd != 0 ? from.fd : -1;
        event.delay = static_cast<double>(from.delay_ns) * 1e-9;
        event.size = from.size;
        event.bytes = from.bytes;
        event.offset = from.offset;
        put(event.path, from.path.view());
        put(event.caller, std::string(from.module.view()) + "+0x" + hexadecimal(from.caller_offset));
        event.site = from.site;
    }
    return events_.size();
}

} // namespace faultline::api
