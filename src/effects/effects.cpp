#include "effects/effects.hpp"

#include "effects/basis.hpp"
#include "effects/clock.hpp"
#include "effects/rearm.hpp"
#include "sys/failed_sync.hpp"

#include <aio.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>

namespace faultline::effects {
namespace {

using Effect = Word (*)(const Invocation&);
constexpr Effect effects[] = {
#define TYPE(type, name, effect, ...) effect,
#include "plan/types.def"
};

using Finder = void* (*)(calls::Id row);
constinit Finder find_in_libc = nullptr;

/// A write to a connection that is gone raises SIGPIPE as well, unless the caller asked for it not to.
void raise_signal_of(const engine::Call& call, std::int32_t error)
{
    const auto& spec = spec_of(call);
    if (error != EPIPE || spec.in.shape == calls::Data::Shape::none) return;
    if (spec.flags.kind == calls::Flags::Kind::message && (call.words[spec.flags.argument] & MSG_NOSIGNAL) != 0) return;
    sys::signal_thread(sys::getpid(), sys::gettid(), SIGPIPE);
}

/// An interrupted sleep says how much of it is left: all. Who sleeps on would otherwise sleep for what lay there
/// before.
void tell_rest(const engine::Call& call) noexcept
{
    const bool has_clock = call.row == calls::id_clock_nanosleep;
    if (!has_clock && call.row != calls::id_nanosleep && call.row != calls::id___nanosleep) return;
    if (has_clock && (call.words[1] & TIMER_ABSTIME) != 0) return;
    const auto* const span = engine::pointer<const timespec>(call, has_clock ? 2 : 0);
    auto* const rest = engine::pointer<timespec>(call, has_clock ? 3 : 1);
    if (span != nullptr && rest != nullptr) *rest = *span;
}

/// Whether carrying it out means to look at the caller's data, beyond what the real call does.
bool touches_data(const engine::Verdict& verdict) noexcept
{
    using enum plan::Type;
    const auto type = verdict.fault->type;
    return verdict.cut != 0 || type == corruption || type == shorten;
}

} // namespace

Word strike(const Invocation& invocation)
{
    const auto& verdict = invocation.verdict;
    if (verdict.delay_ns != 0 && !plan::has(verdict.fault->type, plan::trait::waits))
        sys::sleep_until(sys::now(CLOCK_MONOTONIC) + static_cast<std::int64_t>(verdict.delay_ns), false);
    // What the effect would have to read and cannot: the kernel says so.
    if (touches_data(verdict) && !engine::readable_data(invocation.call)) return invocation.perform(invocation.words);
    const bool is_cut = verdict.cut != 0;
    const Word result = is_cut ? perform_short(invocation, verdict.cut)
                               : effects[static_cast<std::size_t>(verdict.fault->type)](invocation);
    if (is_cut || verdict.fault->type == plan::Type::shorten || verdict.error == EAGAIN)
        rearm(engine::descriptor_of(invocation.call));
    return result;
}

void use_libc(void* (*find)(calls::Id row)) noexcept { find_in_libc = find; }

void* libc_function(calls::Id row) noexcept { return find_in_libc(row); }

void mark_stream(const engine::Call& call) noexcept
{
    const auto& spec = spec_of(call);
    if (spec.acts) return; // closed: there is no stream any more
    using enum calls::Data::Shape;
    if (spec.in.shape == none && spec.out.shape == none && !spec.syncs)
        return; // ftell, ungetc: no error of the stream's
    if (auto* const stream = engine::stream_of(call)) stream->_flags |= _IO_ERR_SEEN;
}

std::int32_t failure_of(const calls::Spec& spec, Word result) noexcept
{
    using enum calls::Failure::Returns;
    const auto code_in_result = static_cast<std::int32_t>(result);
    switch (spec.fails.returns) {
    case nothing:
        return 0;
    case code:
        return code_in_result;
    case gai_code:
        return code_in_result == EAI_SYSTEM ? errno : code_in_result;
    case null:
    case zero:
        return result == 0 ? errno : 0;
    default:
        return static_cast<std::int64_t>(result) < 0 ? errno : 0;
    }
}

Word Invocation::perform(Word* arguments) const
{
    const int kept = errno;
    errno = 0;
    const Word result = real(arguments);
    if (verdict.event != nullptr) verdict.event->failed = failure_of(spec_of(call), result);
    if (errno == 0) errno = kept; // the call has not touched it
    return result;
}

Word report(const engine::Call& call, std::int32_t error)
{
    using enum calls::Failure::Returns;
    const auto& spec = spec_of(call);
    if (error == EINTR) tell_rest(call);
    raise_signal_of(call, error);
    mark_stream(call);
    switch (spec.fails.returns) {
    case code:
        return static_cast<Word>(error);
    case gai_code:
        if (error < 0) return static_cast<Word>(static_cast<std::int64_t>(error));
        errno = error;
        return static_cast<Word>(static_cast<std::int64_t>(EAI_SYSTEM));
    case null:
    case zero:
        errno = error;
        return 0;
    default:
        errno = error;
        return ~Word{0};
    }
}

Word fail(const Invocation& invocation)
{
    const auto& fault = *invocation.verdict.fault;
    if (fault.after_failure != plan::AfterFailure::nothing) {
        const bool silent = invocation.verdict.error == 0; // the file's next sync reports it
        const int fd = engine::descriptor_of(invocation.call);
        if (fault.after_failure != plan::AfterFailure::revert) {
            if (silent || fault.after_failure == plan::AfterFailure::keep) sys::tell_of_failed_sync(fd);
        } else if (!sys::revert_after_failed_sync(fd) && invocation.verdict.event != nullptr) {
            invocation.verdict.event->did |= ledger::did_not_revert;
        }
        if (silent) return give(invocation);
    }
    // What destroys something destroys it also when it reports a failure: a close() that failed has closed.
    const auto& spec = spec_of(invocation.call);
    if (spec.acts) invocation.perform(invocation.words);
    if (spec.asks_for_end()) { // aio_return and aio_suspend are to agree
        auto& block = *engine::pointer<aiocb>(invocation.call, spec.block);
        block.__return_value = -1;
        __atomic_store_n(&block.__error_code, invocation.verdict.error, __ATOMIC_RELEASE);
    }
    const Word reported = report(invocation.call, invocation.verdict.error);
    return fault.has_returns ? static_cast<Word>(fault.returns) : reported;
}

Word proceed(const Invocation& invocation) { return invocation.perform(invocation.words); }

Word give(const Invocation& invocation)
{
    auto* const event = invocation.verdict.event;
    if (event != nullptr) {
        event->returned = invocation.verdict.fault->returns;
        event->did |= ledger::did_return;
    }
    return static_cast<Word>(invocation.verdict.fault->returns);
}

} // namespace faultline::effects
