// `signal`: one is raised in the calling thread. `crash`: the process ends here, as when the power goes.
#include "effects/data.hpp"

#include <cerrno>
#include <csignal>

namespace faultline::effects {
namespace {

/// Past every handler of the host's, and past its blocking the signal.
[[noreturn]] void end_process(const plan::Fault& fault) noexcept
{
    if (fault.status >= 0) sys::exit_group(fault.status);
    const auto bit = std::uint64_t{1} << static_cast<unsigned>(fault.signal - 1);
    struct {
        void (*handler)(int);
        unsigned long flags;
        void (*restorer)();
        std::uint64_t mask;
    } const standard{SIG_DFL, 0, nullptr, 0};
    sys::call(SYS_rt_sigaction, fault.signal, sys::address(&standard), 0, sizeof standard.mask);
    sys::call(SYS_rt_sigprocmask, SIG_UNBLOCK, sys::address(&bit), 0, sizeof bit);
    sys::signal_thread(sys::getpid(), sys::gettid(), fault.signal);
    for (;;) // the first process of a container is not ended by its own signals
        sys::exit_group(128 + fault.signal);
}

void note_signal(const Invocation& invocation, std::int32_t signal) noexcept
{
    auto* const event = invocation.verdict.event;
    if (event == nullptr || signal == 0) return;
    event->signal = signal;
    event->did |= ledger::did_signal;
}

/// Where a write stops that stops halfway; 0: it cannot.
std::uint64_t torn_at(const engine::Call& call) noexcept
{
    return spec_of(call).can_be_torn() && engine::readable_data(call) ? engine::asked_bytes(call) / 2 : 0;
}

} // namespace

Word raise(const Invocation& invocation)
{
    const auto& fault = *invocation.verdict.fault;
    note_signal(invocation, fault.signal);
    const auto kept = errno;
    sys::signal_thread(sys::getpid(), sys::gettid(), fault.signal); // its handler runs before this returns
    errno = kept;
    if (!fault.interrupt) return invocation.perform(invocation.words);
    engine::note_error(invocation.verdict, EINTR);
    return report(invocation.call, EINTR);
}

Word crash(const Invocation& invocation)
{
    const auto& fault = *invocation.verdict.fault;
    const auto& call = invocation.call;
    note_signal(invocation, fault.status >= 0 ? 0 : fault.signal);
    const auto half = fault.moment == plan::Moment::torn ? torn_at(call) : 0;
    // What cannot stop halfway has not begun: so one fault cuts the power at whichever of a program's steps.
    const auto moment = fault.moment == plan::Moment::torn && half == 0 ? plan::Moment::before : fault.moment;
    if (auto* const event = invocation.verdict.event) {
        event->moment = moment;
        event->did |= ledger::did_moment;
    }
    if (moment == plan::Moment::after) invocation.perform(invocation.words);
    if (moment == plan::Moment::torn) {
        perform_short(invocation, half);
        auto* const stream = engine::stream_of(call);
        if (stream != nullptr) libc<int(FILE*)>(calls::id_fflush)(stream); // else it dies in the buffer
    }
    end_process(fault);
}

} // namespace faultline::effects
