#include "engine/record.hpp"

#include "engine/scratch.hpp"
#include "engine/site.hpp"
#include "ledger/ledger.hpp"
#include "sys/syscalls.hpp"

namespace faultline::engine {
namespace {

/// Sums one counter over all threads: exact where threads do not race, and never behind what this thread has seen.
template <class Counter>
std::uint64_t sum(const ledger::Header& header, Counter counter) noexcept
{
    std::uint64_t total = 0;
    const auto claimed = header.threads_claimed.load(std::memory_order_acquire);
    for (std::uint32_t block = 0; block < claimed; ++block)
        total += counter(header.thread(block));
    return total;
}

void keep_path(ledger::Event& event, std::string_view path) noexcept
{
    constexpr auto room = sizeof event.path.bytes;
    if (path.size() > room) {
        path.remove_prefix(path.size() - room); // the end tells more than the beginning
        event.did |= ledger::did_cut_path;
    }
    event.path.assign(path);
}

void note_path(ledger::Event& event, const Call& call, const Subject& subject, bool may_ask) noexcept
{
    const auto& spec = spec_of(call);
    if (spec.path != calls::absent) {
        if (const auto* path = pointer<const char>(call, spec.path)) keep_path(event, path);
        return;
    }
    if (event.has_fd == 0 || !may_ask) return;
    const Scratch scratch;
    std::string_view path;
    if (scratch.data() != nullptr && path_of_descriptor(subject, event.fd, scratch.data(), Scratch::size, path))
        keep_path(event, path);
}

} // namespace

void note_error(const Verdict& verdict, std::int32_t error) noexcept
{
    verdict.header->count_error(verdict.index, error);
    if (verdict.event != nullptr) verdict.event->error = error;
}

std::int64_t time_since_arming(const ledger::Header& header) noexcept
{
    // Strict seccomp forbids even the time stamp counter, from which the vDSO reads the clock.
    const bool may_ask = (header.trouble.load(std::memory_order_relaxed) & ledger::sealed) == 0;
    const auto now = may_ask ? sys::now(CLOCK_MONOTONIC) : header.ended_monotonic_ns.load(std::memory_order_relaxed);
    return now - header.armed_monotonic_ns.load(std::memory_order_relaxed);
}

ledger::Event* record(const Context& context, const Call& call, const Match& match, const Verdict& verdict) noexcept
{
    auto& header = context.header;
    auto* const event = ledger::claim_event(header);
    const auto function = context.schedule.targets[call.row].function;
    if (verdict.error != 0) header.count_error(match.fault, verdict.error);
    if (event == nullptr) return nullptr;

    const auto& spec = spec_of(call);
    event->fault = match.fault;
    event->function = function;
    event->type = verdict.fault->type;
    event->call = sum(header, [&](const ledger::Thread& thread) { return thread.calls(header.fault_count)[function]; });
    event->match =
        match.number != 0 ? match.number
        : verdict.fault->count == plan::Count::thread
            ? match.own
            : sum(header, [&](const ledger::Thread& thread) { return thread.shares()[match.fault].matched; });
    event->thread_call = static_cast<std::uint32_t>(number_in_thread(context, call));
    event->time_ns = time_since_arming(header);
    if (spec.has_descriptor()) {
        event->fd = descriptor_of(call);
        event->has_fd = event->fd >= 0 ? 1 : 0;
    }
    if (spec.has_size() && readable_pieces(call)) {
        event->size = asked_bytes(call);
        event->has_size = 1;
    }
    if (verdict.delay_ns != 0) {
        event->delay_ns = verdict.delay_ns;
        event->did |= ledger::did_delay;
    }
    if (verdict.cut != 0) {
        event->cut = 1;
        event->bytes = verdict.cut;
        event->did |= ledger::did_bytes;
    }
    note_path(*event, call, context.descriptors.subject(), look_ups_allowed());
    const auto lineage = context.thread.lineage.view();
    const auto process = header.lineage.view();
    if (lineage.starts_with(process)) event->thread.assign(lineage.substr(process.size()));
    if (!context.descriptors.subject().is_another()) note_site(*event, call); // our own stack
    if (verdict.error != 0) event->error = verdict.error;
    event->complete.store(1, std::memory_order_release);
    return event;
}

} // namespace faultline::engine
