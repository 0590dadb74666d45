// Waiting. `timeout`: the call waits for as long as its caller had asked it to, and then says so in its own way.
// `hang`: for ever. `hold`: until a file exists. `throttle`: until its bytes have had their time. `wake`: not at all,
// though nothing has happened.
#include "effects/basis.hpp"
#include "effects/data.hpp"
#include "effects/silence.hpp"
#include "effects/timing.hpp"

#include <cerrno>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/select.h>
#include <sys/time.h>

namespace faultline::effects {
namespace {

constexpr std::int64_t for_ever = INT64_MAX;
using sys::second;

/// How long a socket's operations may take.
struct Patience {
    std::int64_t ns = for_ever;
    bool known = false; // the caller has set a limit, or asked not to wait at all
};

Patience patience_of_socket(const engine::Call& call, int option) noexcept
{
    if (asks_not_to_wait(call)) return {0, true};
    const int fd = engine::descriptor_of(call);
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

/// The real wait, on a condition of our own that is never signalled: it gives the mutex away and takes it back.
Word wait_on_nothing(const Invocation& invocation)
{
    pthread_cond_t nobody = PTHREAD_COND_INITIALIZER;
    const auto* const condition = engine::pointer<const pthread_cond_t>(invocation.call, 0);
    nobody.__data.__wrefs = condition->__data.__wrefs & condition_clock_bit();
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

/// Blocks until a signal handler has run that does not have calls restarted: as the host's own call would, for libc's
/// sem_wait is restarted, interrupted and cancelled like any other.
void wait_for_signal(bool is_restarted)
{
    if (!is_restarted) { // poll, nanosleep: no handler has them restarted
        libc<int(pollfd*, nfds_t, int)>(calls::id_poll)(nullptr, 0, -1);
        return;
    }
    sem_t nobody{}; // sem_init() would be one more call into libc for these zeros
    while (libc<int(sem_t*)>(calls::id_sem_wait)(&nobody) == 0) {
    }
}

/// A call on a socket that returns at once whatever comes, for the host waits elsewhere.
bool will_not_wait(const engine::Call& call) noexcept
{
    const auto& spec = spec_of(call);
    if (spec.family != calls::Family::net && spec.in.shape == Shape::none && spec.out.shape == Shape::none)
        return false;
    const auto limit = spec.waits.limit;
    using enum calls::Wait::Limit;
    if (!spec.has_descriptor() || (limit != receive && limit != send && limit != kernel && limit != none)) return false;
    return asks_not_to_wait(call);
}

} // namespace

Word hang(const Invocation& invocation)
{
    const auto& spec = spec_of(invocation.call);
    const auto kept = errno;
    if (will_not_wait(invocation.call) && deafen(engine::descriptor_of(invocation.call))) {
        errno = kept;
        if (spec.out.shape == Shape::none) return invocation.perform(invocation.words); // connect: it is under way
        engine::note_error(invocation.verdict, EAGAIN);
        return report(invocation.call, EAGAIN);
    }
    if (!spec.can_be_interrupted()) // a disk that never answers: not even a signal gets the process out of it
        for (;;)
            wait_for_signal(true);
    using enum calls::Wait::Limit;
    const auto limit = spec.waits.limit;
    const bool socket_has_limit = (limit == receive || limit == send) && patience_of(invocation.call).known;
    wait_for_signal(limit == none || limit == kernel || ((limit == receive || limit == send) && !socket_has_limit));
    errno = kept;
    engine::note_error(invocation.verdict, EINTR);
    return report(invocation.call, EINTR);
}

Word hold(const Invocation& invocation)
{
    constexpr std::int64_t step = 1'000'000;
    const auto& verdict = invocation.verdict;
    const char* const file = verdict.header->plan().text(verdict.fault->file).data(); // a NUL stands behind it
    const auto begun = sys::now(CLOCK_MONOTONIC);
    const bool is_limited = verdict.fault->delay.shape != plan::Delay::Shape::none;
    const auto end = is_limited ? begun + static_cast<std::int64_t>(verdict.delay_ns) : for_ever;
    auto now = begun;
    while (now < end && !sys::exists(file)) {
        sys::sleep_until(now + step < end ? now + step : end, false);
        now = sys::now(CLOCK_MONOTONIC);
    }
    if (auto* const event = verdict.event) {
        event->delay_ns = static_cast<std::uint64_t>(now - begun);
        event->did |= ledger::did_delay;
    }
    return invocation.perform(invocation.words);
}

Word wake(const Invocation& invocation)
{
    auto* const mutex = engine::pointer<void>(invocation.call, 1);
    const bool is_posix = invocation.call.row != calls::id_cnd_wait && invocation.call.row != calls::id_cnd_timedwait;
    using Step = int(void*);
    libc<Step>(is_posix ? calls::id_pthread_mutex_unlock : calls::id_mtx_unlock)(mutex);
    sys::call(SYS_sched_yield); // a thread that waits for it may have it
    return static_cast<Word>(libc<Step>(is_posix ? calls::id_pthread_mutex_lock : calls::id_mtx_lock)(mutex));
}

Word throttle(const Invocation& invocation)
{
    // After the call, for only then is it known how much it was. The line is one for the whole process, and who comes
    // first is served first.
    const Word result = invocation.perform(invocation.words);
    const auto kept = errno;
    const auto bytes = transferred(invocation.call, invocation.words, result);
    note_transfer(invocation, bytes);
    const auto rate = static_cast<double>(invocation.verdict.fault->rate);
    const auto time = static_cast<std::int64_t>(static_cast<double>(bytes) * static_cast<double>(second) / rate);
    auto& line = invocation.verdict.header->totals()[invocation.verdict.index].paced_to;
    const auto now = sys::now(CLOCK_MONOTONIC);
    auto busy_to = line.load(std::memory_order_relaxed);
    std::int64_t mine = 0;
    do
        mine = (busy_to > now ? busy_to : now) + time;
    while (!line.compare_exchange_weak(busy_to, mine, std::memory_order_relaxed));
    if (time != 0) sys::sleep_until(mine, false);
    errno = kept;
    return result;
}

namespace {

/// The same where a clock fault moves the clock that the caller's limit goes by.
Patience told_patience(const Invocation& invocation) noexcept
{
    const auto& call = invocation.call;
    if (call.own != nullptr || calls::time_of(spec_of(call)).form == calls::Lasts::Form::none) return patience_of(call);
    Reckoning reckoning;
    reckon(call.row, invocation.words, reckoning);
    const auto patience = patience_of(call);
    if (reckoning.argument != nullptr) *reckoning.argument = reckoning.given;
    return patience;
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

    const auto patience = told_patience(invocation);
    const auto ns = patience.known ? patience.ns : static_cast<std::int64_t>(invocation.verdict.delay_ns);
    auto* const event = invocation.verdict.event;
    if (event != nullptr) {
        event->delay_ns = static_cast<std::uint64_t>(ns);
        event->did |= ledger::did_delay;
    }
    const bool interruptible = spec.fails.errors.contains(EINTR);
    const bool waited = sys::sleep_until(sys::now(CLOCK_MONOTONIC) + ns, interruptible);
    std::int32_t error = waited ? waits.error : EINTR;
    // No limit was set: what the caller meets then is the connection's own end, as when keep-alive gives it up.
    if (error == EAGAIN && !patience.known && spec.fails.errors.contains(ETIMEDOUT)) error = ETIMEDOUT;
    if (error != 0) {
        engine::note_error(invocation.verdict, error);
        return report(call, error);
    }
    clear(call);
    return 0;
}

} // namespace faultline::effects
