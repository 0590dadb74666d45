// `timeout`: the call waits for as long as its caller had asked it to, and then says so in its own way.
#include "effects/effects.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>
#include <poll.h>
#include <pthread.h>
#include <sys/select.h>
#include <sys/time.h>

namespace faultline::effects {
namespace {

constexpr std::int64_t for_ever = INT64_MAX;
constexpr std::int64_t second = 1'000'000'000;

/// How long a socket's operations may take.
struct Patience {
    std::int64_t ns = for_ever;
    bool known = false; // the caller has set a limit, or asked not to wait at all
};

Patience patience_of_socket(const engine::Call& call, int option) noexcept
{
    const int fd = engine::descriptor_of(call);
    const auto& spec = spec_of(call);
    const bool one_call = spec.flags != calls::absent && spec.family == calls::Family::net &&
                          (call.words[spec.flags] & MSG_DONTWAIT) != 0;
    const long status = sys::call(SYS_fcntl, fd, F_GETFL);
    if (one_call || (status >= 0 && (status & O_NONBLOCK) != 0)) return {0, true};
    timeval limit{};
    socklen_t size = sizeof limit;
    if (sys::call(SYS_getsockopt, fd, SOL_SOCKET, option, sys::address(&limit), sys::address(&size)) != 0) return {};
    const auto ns = limit.tv_sec * second + limit.tv_usec * 1000;
    return ns == 0 ? Patience{} : Patience{ns, true};
}

std::int64_t until(const timespec* deadline, clockid_t clock) noexcept
{
    const auto left = deadline->tv_sec * second + deadline->tv_nsec - sys::now(clock);
    return left > 0 ? left : 0;
}

Patience patience_of(const engine::Call& call) noexcept
{
    const auto& waits = spec_of(call).waits;
    using enum calls::Wait::Limit;
    switch (waits.limit) {
    case milliseconds: {
        const auto ms = static_cast<int>(call.words[waits.argument]);
        return ms < 0 ? Patience{} : Patience{ms * std::int64_t{1'000'000}, true};
    }
    case timespec: {
        const auto* span = engine::pointer<const ::timespec>(call, waits.argument);
        return span == nullptr ? Patience{} : Patience{span->tv_sec * second + span->tv_nsec, true};
    }
    case timeval: {
        const auto* span = engine::pointer<const ::timeval>(call, waits.argument);
        return span == nullptr ? Patience{} : Patience{span->tv_sec * second + span->tv_usec * 1000, true};
    }
    case deadline:
    case clock: {
        const auto* moment = engine::pointer<const ::timespec>(call, waits.argument);
        if (moment == nullptr) return {};
        const auto which =
            waits.limit == clock ? static_cast<clockid_t>(call.words[waits.argument - 1]) : CLOCK_REALTIME;
        return {until(moment, which), true};
    }
    case receive:
        return patience_of_socket(call, SO_RCVTIMEO);
    case send:
        return patience_of_socket(call, SO_SNDTIMEO);
    default:
        return {};
    }
}

/// The real wait, on a condition of our own that nobody signals: it gives the mutex away and takes it back.
Word wait_on_nothing(const Invocation& invocation)
{
    pthread_cond_t nobody = PTHREAD_COND_INITIALIZER;
    const auto* const condition = engine::pointer<const pthread_cond_t>(invocation.call, 0);
    constexpr unsigned clock_bit = 2; // pthread_condattr_setclock's choice, in glibc's layout
    nobody.__data.__wrefs = condition->__data.__wrefs & clock_bit;
    invocation.words[0] = reinterpret_cast<Word>(&nobody);
    const Word result = invocation.perform(invocation.words);
    invocation.words[0] = reinterpret_cast<Word>(condition);
    return result;
}

void clear(const engine::Call& call) noexcept
{
    using enum calls::Wait::Leaves;
    const auto leaves = spec_of(call).waits.leaves;
    if (leaves == no_pollfds) {
        auto* const set = engine::pointer<pollfd>(call, 0);
        for (Word i = 0; set != nullptr && i < call.words[1]; ++i)
            set[i].revents = 0;
    }
    if (leaves == no_fd_sets) {
        const auto bytes = (static_cast<unsigned>(call.words[0]) + 63) / 64 * 8;
        for (calls::Argument set = 1; set <= 3; ++set)
            if (auto* const bits = engine::pointer<char>(call, set)) __builtin_memset(bits, 0, bytes);
    }
}

} // namespace

Word time_out(const Invocation& invocation)
{
    const auto& call = invocation.call;
    const auto& spec = spec_of(call);
    const auto& waits = spec.waits;
    if (waits.leaves == calls::Wait::Leaves::mutex) {
        engine::note_error(invocation.verdict, waits.error);
        return wait_on_nothing(invocation);
    }

    const auto patience = patience_of(call);
    const auto ns = patience.known ? patience.ns : static_cast<std::int64_t>(invocation.verdict.delay_ns);
    auto* const event = invocation.verdict.event;
    if (event != nullptr) {
        event->delay_ns = static_cast<std::uint64_t>(ns);
        event->did |= ledger::did_delay;
    }
    const bool interruptible = spec.fails.errors.contains(EINTR);
    const bool waited = sys::sleep_until(sys::now(CLOCK_MONOTONIC) + ns, interruptible);
    std::int32_t error = waited ? waits.error : EINTR;
    // Nobody had set a limit: what the caller meets then is the connection's own end, as when keep-alive gives it up.
    if (error == EAGAIN && !patience.known && spec.fails.errors.contains(ETIMEDOUT)) error = ETIMEDOUT;
    if (error != 0) {
        engine::note_error(invocation.verdict, error);
        return report(call, error);
    }
    clear(call);
    return 0;
}

} // namespace faultline::effects
