// Types timeout, hang and hold: what waits, and for how long.
#include "door/job_parts.hpp"

#include "door/remote.hpp"
#include "sys/syscalls.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>

namespace faultline::door {
namespace {

using Shape = calls::Data::Shape;
using sys::second;

/// How long the caller itself would have waited; nullopt: it did not say.
std::optional<std::int64_t> patience_of(const Job& job)
{
    const auto& waits = job.call.spec().waits;
    using enum calls::Wait::Limit;
    const auto word = waits.argument == calls::absent ? 0 : job.call.word(waits.argument);
    switch (waits.limit) {
    case milliseconds: {
        if (job.told.number == SYS_ppoll) break; // poll as the p-form has it
        const auto ms = static_cast<int>(word);
        return ms < 0 ? std::nullopt : std::optional(ms * std::int64_t{1'000'000});
    }
    case receive:
    case send: {
        if (asks_not_to_wait(job)) return 0;
        const engine::OwnDescriptor own{{job.pidfd, job.tid}, engine::descriptor_of(job.call.call())};
        struct timeval limit {};
        socklen_t size = sizeof limit;
        const int option = waits.limit == receive ? SO_RCVTIMEO : SO_SNDTIMEO;
        if (own.get() < 0 || ::getsockopt(own.get(), SOL_SOCKET, option, &limit, &size) != 0) return std::nullopt;
        const auto ns = limit.tv_sec * second + limit.tv_usec * 1000;
        return ns == 0 ? std::nullopt : std::optional(ns);
    }
    case none:
    case kernel:
        return std::nullopt;
    default:
        break;
    }
    if (word == 0) return std::nullopt;
    std::int64_t span[2] = {}; // a timespec, or a timeval
    if (!read_value(job.tid, word, span)) return std::nullopt;
    const bool is_timeval = waits.limit == timeval && job.told.number == SYS_select;
    return span[0] * second + span[1] * (is_timeval ? 1000 : 1);
}

} // namespace

Wait time_out(Job& job, int listener)
{
    const auto& spec = job.call.spec();
    const auto patience = patience_of(job);
    if (!job.begun) {
        job.begun = true;
        const auto ns = patience ? *patience : static_cast<std::int64_t>(job.verdict.delay_ns);
        if (auto* const event = job.verdict.event) {
            event->delay_ns = static_cast<std::uint64_t>(ns);
            event->did |= ledger::did_delay;
        }
        job.may_be_interrupted = spec.fails.errors.contains(EINTR);
        return {Wait::For::moment, sys::now(CLOCK_MONOTONIC) + ns};
    }
    auto error = std::int32_t{spec.waits.error};
    if (error == EAGAIN && !patience && spec.fails.errors.contains(ETIMEDOUT)) error = ETIMEDOUT;
    if (error != 0) return fail(job, listener, error);
    if (spec.waits.leaves == calls::Wait::Leaves::no_pollfds) {
        const auto count = std::min<std::uint64_t>(job.call.word(1), 65536);
        for (std::uint64_t i = 0; i < count; ++i) {
            const short nothing = 0;
            if (!write_memory(job.tid, job.call.word(0) + i * sizeof(pollfd) + offsetof(pollfd, revents), &nothing,
                              sizeof nothing))
                return reply(job, listener, -EFAULT);
        }
    }
    if (spec.waits.leaves == calls::Wait::Leaves::no_fd_sets) {
        const std::string zeros((static_cast<std::uint32_t>(job.call.word(0)) + 63) / 64 * 8, '\0');
        for (calls::Argument set = 1; set <= 3; ++set)
            if (job.call.word(set) != 0 && !write_memory(job.tid, job.call.word(set), zeros.data(), zeros.size()))
                return reply(job, listener, -EFAULT);
    }
    return reply(job, listener, 0);
}

Wait hang(Job& job, int listener)
{
    const auto& spec = job.call.spec();
    const bool moves =
        spec.in.shape != Shape::none || spec.out.shape != Shape::none || spec.family == calls::Family::net;
    if (moves && spec.has_descriptor() && asks_not_to_wait(job)) return fail(job, listener, EAGAIN);
    job.may_be_interrupted = spec.can_be_interrupted();
    return {Wait::For::ever};
}

/// Looks for the file each millisecond, in the directory of the caller.
Wait hold(Job& job, int listener)
{
    const auto& fault = *job.verdict.fault;
    const auto now = sys::now(CLOCK_MONOTONIC);
    if (job.held_from == 0) job.held_from = now;
    constexpr std::int64_t step = 1'000'000;
    const bool is_limited = fault.delay.shape != plan::Delay::Shape::none;
    const auto end = job.held_from + (is_limited ? static_cast<std::int64_t>(job.verdict.delay_ns) : 0);
    const auto file = job.verdict.header->plan().text(fault.file);
    const auto path = file.starts_with('/') ? std::string(file) : fmt::format("/proc/{}/cwd/{}", job.pid, file);
    if ((!is_limited || now < end) && !sys::exists(path.c_str()))
        return {Wait::For::moment, is_limited ? std::min(now + step, end) : now + step};
    if (auto* const event = job.verdict.event) {
        event->delay_ns = static_cast<std::uint64_t>(now - job.held_from);
        event->did |= ledger::did_delay;
    }
    return pass(job, listener);
}

} // namespace faultline::door
