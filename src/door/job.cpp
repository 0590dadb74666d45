#include "door/job_parts.hpp"

#include "door/fit.hpp"
#include "door/remote.hpp"
#include "door/stopped.hpp"
#include "sys/sockets.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace faultline::door {
namespace {

using Shape = calls::Data::Shape;
using sys::second;

bool synchronizes(int number) { return number == SYS_fsync || number == SYS_fdatasync; }

void note_bytes(const Job& job, std::uint64_t bytes)
{
    if (job.verdict.event == nullptr) return;
    job.verdict.event->bytes = bytes;
    job.verdict.event->did |= ledger::did_bytes;
}

void note_damage(const Job& job, const effects::Damage& damage)
{
    auto* const event = job.verdict.event;
    if (event == nullptr) return;
    event->mode = job.verdict.fault->mode;
    event->bytes = damage.count;
    event->offset = damage.first;
    event->did |= ledger::did_mode | ledger::did_bytes | (damage.count != 0 ? ledger::did_offset : 0U);
}

void note_signal(const Job& job, std::int32_t signal)
{
    if (job.verdict.event == nullptr || signal == 0) return;
    job.verdict.event->signal = signal;
    job.verdict.event->did |= ledger::did_signal;
}

// --- transfers -------------------------------------------------------------------------------------------------------

/// What a `corruption` does to the bytes; those that a `truncate` leaves.
void damage(const Job& job, std::string& bytes)
{
    const auto& fault = *job.verdict.fault;
    if (bytes.empty()) return note_damage(job, {});
    if (fault.mode == plan::Mode::truncate) {
        const auto kept = effects::truncated(bytes.size(), fault);
        note_damage(job, {kept, bytes.size() - kept});
        bytes.resize(kept);
        return;
    }
    const iovec piece{bytes.data(), bytes.size()};
    note_damage(job, effects::damage({&piece, bytes.size()}, fault, job.verdict.draw));
}

std::uint64_t limit_of(const Job& job)
{
    const auto& fault = *job.verdict.fault;
    const auto asked = engine::asked_bytes(job.call.call());
    if (job.verdict.cut != 0) return job.verdict.cut;
    if (fault.type == plan::Type::shorten) return effects::shortened(asked, fault);
    if (fault.type == plan::Type::crash && fault.moment == plan::Moment::torn) return asked / 2;
    return plan::unlimited;
}

Wait end_process(Job& job, int listener)
{
    const auto& fault = *job.verdict.fault;
    job.in_flight->result = -EINTR; // also where this process is killed here: what was done is not done again
    job.in_flight->state = InFlight::State::performed;
    if (fault.status >= 0 && exit_from_call(listener, job.id, job.tid, fault.status)) return {};
    const auto signal = fault.status >= 0 ? SIGKILL : fault.signal; // under a debugger it cannot be made to exit
    note_signal(job, signal);
    sys::signal_thread(job.pid, job.tid, signal);
    if (signal == SIGKILL) return {Wait::For::ever};
    // Signals that dump a core are delivered when the call has returned.
    return reply(job, listener, -EINTR);
}

/// Once the transfer has ended with `result`.
Wait conclude(Job& job, int listener, std::int64_t result)
{
    const auto& fault = *job.verdict.fault;
    auto& transfer = *job.transfer;
    if (fault.type == plan::Type::drop && !transfer.goes_out()) { // a datagram that came and is lost
        if (result < 0) return reply(job, listener, result);
        note_bytes(job, static_cast<std::uint64_t>(result));
        return pass(job, listener);
    }
    if (!transfer.goes_out() && result >= 0) {
        if (fault.type == plan::Type::corruption && job.verdict.cut == 0) damage(job, transfer.incoming());
        result = transfer.deliver();
    }
    if (fault.type == plan::Type::crash && job.verdict.cut == 0) return end_process(job, listener);
    if (fault.type == plan::Type::throttle && job.verdict.cut == 0) {
        const auto bytes = result > 0 ? static_cast<std::uint64_t>(result) : 0;
        note_bytes(job, bytes);
        const auto time = static_cast<std::int64_t>(static_cast<double>(bytes) * static_cast<double>(second) /
                                                    static_cast<double>(fault.rate));
        auto& line = job.verdict.header->totals()[job.verdict.index].paced_to;
        const auto now = sys::now(CLOCK_MONOTONIC);
        line = std::max(line.load(), now) + time;
        job.result = result;
        job.in_flight->result = result;
        job.in_flight->state = InFlight::State::performed;
        return {Wait::For::moment, line.load()};
    }
    return reply(job, listener, result);
}

Wait attempt(Job& job, int listener)
{
    job.in_flight->state = InFlight::State::performing;
    const auto result = job.transfer->attempt();
    if (!result) {
        job.in_flight->state = InFlight::State::judged;
        job.may_be_interrupted = true;
        return {Wait::For::descriptor};
    }
    return conclude(job, listener, *result);
}

Wait perform(Job& job, int listener)
{
    const auto limit = limit_of(job);
    auto transfer = Transfer::of(job.tid, job.pidfd, job.told, job.call, limit);
    if (!transfer) return pass(job, listener);
    job.transfer.emplace(std::move(*transfer));
    const auto& fault = *job.verdict.fault;
    if (limit != plan::unlimited && job.verdict.cut == 0) note_bytes(job, limit);
    if (job.verdict.cut == 0 && fault.type == plan::Type::corruption && job.transfer->goes_out())
        damage(job, job.transfer->outgoing());
    if (job.transfer->goes_out() && job.transfer->outgoing().empty() && fault.type == plan::Type::crash)
        return end_process(job, listener);
    return attempt(job, listener);
}

// --- the types -------------------------------------------------------------------------------------------------------

Wait drop(Job& job, int listener)
{
    const auto& spec = job.call.spec();
    if (spec.syncs) return reply(job, listener, 0);
    if (spec.in.shape == Shape::none) return perform(job, listener);
    auto transfer = Transfer::of(job.tid, job.pidfd, job.told, job.call, plan::unlimited);
    if (!transfer) return pass(job, listener);
    const auto bytes = transfer->outgoing().size();
    note_bytes(job, bytes);
    transfer->skip(bytes);
    return reply(job, listener, static_cast<std::int64_t>(bytes));
}

Wait reset(Job& job, int listener)
{
    const engine::OwnDescriptor own{{job.pidfd, job.tid}, engine::descriptor_of(job.call.call())};
    sockaddr_storage peer;
    socklen_t length = 0;
    if (own.get() < 0 || !engine::is_connected(own.get(), peer, length)) return pass(job, listener);
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    sys::call(SYS_connect, own.get(), sys::address(&nobody), sizeof nobody);
    sys::call(SYS_shutdown, own.get(), SHUT_RDWR);
    sys::socket_option(own.get(), SO_ERROR);
    job.verdict.descriptors->peer_changed();
    return fail(job, listener, job.verdict.error != 0 ? job.verdict.error : ECONNRESET);
}

Wait raise(Job& job, int listener)
{
    const auto& fault = *job.verdict.fault;
    note_signal(job, fault.signal);
    sys::signal_thread(job.pid, job.tid, fault.signal);
    return fault.interrupt ? fail(job, listener, EINTR) : pass(job, listener);
}

Wait crash(Job& job, int listener)
{
    const auto& fault = *job.verdict.fault;
    if (job.verdict.event != nullptr) {
        job.verdict.event->moment = fault.moment;
        job.verdict.event->did |= ledger::did_moment;
    }
    if (fault.moment == plan::Moment::before || (fault.moment == plan::Moment::torn && !can_transfer(job.told.number)))
        return end_process(job, listener);
    if (!synchronizes(job.told.number)) return perform(job, listener);
    const engine::OwnDescriptor own{{job.pidfd, job.tid}, engine::descriptor_of(job.call.call())};
    if (own.get() >= 0) sys::call(job.told.number, own.get());
    return end_process(job, listener);
}

Wait give(Job& job, int listener)
{
    if (auto* const event = job.verdict.event) {
        event->returned = job.verdict.fault->returns;
        event->did |= ledger::did_return;
    }
    return reply(job, listener, job.verdict.fault->returns);
}

Wait report_error(Job& job, int listener)
{
    if (job.verdict.error == 0) return give(job, listener); // the file's next sync reports it
    // This one has no errors: libc compares the break that it got with the one that it asked for.
    if (job.told.number == SYS_brk) return reply(job, listener, 0);
    return reply(job, listener, job.verdict.fault->has_returns ? job.verdict.fault->returns : -job.verdict.error);
}

// Why an action cannot be had on calls that mean a row; empty: it can.

std::string_view unless_it_acts(const plan::Fault& /*fault*/, const Meaning& meaning)
{
    if (!calls::table[meaning.row].acts) return {};
    return "it would have to act and fail, and the kernel's door cannot do both";
}

std::string_view if_performed(const plan::Fault& /*fault*/, const Meaning& meaning)
{
    return can_transfer(meaning.number) ? "" : "the kernel's door cannot perform it in the caller's place";
}

std::string_view if_performed_or_sync(const plan::Fault& fault, const Meaning& meaning)
{
    return calls::table[meaning.row].syncs ? "" : if_performed(fault, meaning);
}

std::string_view if_performed_or_before(const plan::Fault& fault, const Meaning& meaning)
{
    if (fault.moment != plan::Moment::after || can_transfer(meaning.number) || synchronizes(meaning.number)) return {};
    return "the kernel's door cannot perform it in the caller's place; moment = \"before\" can be had";
}

/// What a type of fault is at this door; or why it needs the preload.
struct Action {
    Wait (*act)(Job& job, int listener) = nullptr;
    std::string_view (*why_not)(const plan::Fault& fault, const Meaning& meaning) = nullptr;
    std::string_view needs_preload{};
};

// The words of types.def.
constexpr Action failing{report_error, unless_it_acts};
constexpr Action proceeding{pass}; // the delay is over
constexpr Action timing_out{time_out, unless_it_acts};
constexpr Action hanging{hang};
constexpr Action performing{perform, if_performed};
constexpr Action dropping{drop, if_performed_or_sync};
constexpr Action giving{give};
constexpr Action raising{raise};
constexpr Action crashing{crash, if_performed_or_before};
constexpr Action resetting{reset, unless_it_acts};
constexpr Action holding{hold};

constexpr Action action(const Action& known) { return known; }
constexpr Action action(const char* reason) { return {.needs_preload = reason}; }

const Action& action_of(plan::Type type)
{
    static constexpr Action actions[] = {
#define TYPE(type, name, effect, traits, meaning, door, again) action(door),
#include "plan/types.def"
    };
    return actions[static_cast<std::size_t>(type)];
}

} // namespace

Wait reply(Job& job, int listener, std::int64_t result)
{
    job.in_flight->result = result;
    job.in_flight->state = InFlight::State::performed;
    engine::settle(job.verdict, result > 0 ? static_cast<std::uint64_t>(result) : 0);
    // A write to a connection that is gone raises SIGPIPE as well, unless the caller asked for it not to.
    const bool is_write = job.call.spec().in.shape != Shape::none;
    const auto flags = job.call.spec().flags;
    const bool quiet = flags.kind == calls::Flags::Kind::message && (job.call.word(flags.argument) & MSG_NOSIGNAL) != 0;
    if (result == -EPIPE && is_write && !quiet) sys::signal_thread(job.pid, job.tid, SIGPIPE);
    answer(listener, job.id, result < 0 ? 0 : result, result < 0 ? static_cast<std::int32_t>(result) : 0);
    return {};
}

/// Whether a descriptor of the caller's is a socket or another thing that does not wait.
bool asks_not_to_wait(const Job& job)
{
    const auto& flags = job.call.spec().flags;
    if (flags.kind == calls::Flags::Kind::message && (job.call.word(flags.argument) & MSG_DONTWAIT) != 0) return true;
    const engine::OwnDescriptor own{{job.pidfd, job.tid}, engine::descriptor_of(job.call.call())};
    const long status = own.get() < 0 ? -1 : sys::call(SYS_fcntl, own.get(), F_GETFL);
    return status >= 0 && (status & O_NONBLOCK) != 0;
}

Wait pass(Job& job, int listener)
{
    job.passes = true;
    let_pass(listener, job.id);
    return {};
}

Wait fail(Job& job, int listener, std::int32_t error)
{
    if (error != job.verdict.error) engine::note_error(job.verdict, error);
    return reply(job, listener, -error);
}

std::string_view needs_preload(plan::Type type) { return action_of(type).needs_preload; }

std::string_view why_not(const plan::Fault& fault, const Meaning& meaning)
{
    const auto& action = action_of(fault.type);
    return action.why_not == nullptr ? std::string_view{} : action.why_not(fault, meaning);
}

bool end_halfway(Job& job, int listener)
{
    if (!job.transfer || job.transfer->done() == 0) return false;
    reply(job, listener, static_cast<std::int64_t>(job.transfer->done()));
    return true;
}

Wait carry(Job& job, int listener)
{
    if (job.result) return reply(job, listener, *job.result);
    if (job.transfer) return attempt(job, listener);
    if (!job.delayed) {
        job.delayed = true;
        if (job.verdict.delay_ns != 0 && !plan::has(job.verdict.fault->type, plan::trait::waits))
            return {Wait::For::moment, sys::now(CLOCK_MONOTONIC) + static_cast<std::int64_t>(job.verdict.delay_ns)};
    }
    if (job.verdict.cut != 0) return perform(job, listener);
    return action_of(job.verdict.fault->type).act(job, listener);
}

} // namespace faultline::door
