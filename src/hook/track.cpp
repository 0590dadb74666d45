#include "hook/track.hpp"

#include "effects/basis.hpp"
#include "effects/directory.hpp"
#include "engine/callers.hpp"
#include "engine/select.hpp"

#include <cerrno>
#include <fcntl.h>

namespace faultline::hook {
namespace {

using calls::Tracks;

/// The number of a descriptor that a call has just made, behind whatever it returned.
int made_descriptor(const calls::Spec& spec, Word result) noexcept
{
    if (spec.family == calls::Family::stdio) return engine::descriptor_of_stream(reinterpret_cast<void*>(result));
    if (spec.fails.returns == calls::Failure::Returns::null)
        return engine::descriptor_of_directory(reinterpret_cast<void*>(result));
    return static_cast<int>(result);
}

void note_opened(const calls::Spec& spec, const Word* words, Word result) noexcept
{
    const int fd = made_descriptor(spec, result);
    if (fd < 0) return;
    // A stream reports the descriptor of a file that it opened inside libc; its path is looked up when it is needed.
    if (spec.path == calls::absent || spec.family == calls::Family::net) return descriptors.opened_out_of_sight(fd);
    const int dirfd = spec.dirfd == calls::absent ? AT_FDCWD : static_cast<int>(words[spec.dirfd]);
    const int kept = errno;
    descriptors.opened(*process.plan, fd,
                       engine::match_paths(*process.plan, {}, dirfd, reinterpret_cast<const char*>(words[spec.path])));
    errno = kept;
}

void note_descriptors(const calls::Spec& spec, const Word* words, Word result) noexcept
{
    if (spec.tracks == Tracks::opens) note_opened(spec, words, result);
    if (spec.tracks == Tracks::pair) {
        const auto* const made = reinterpret_cast<const int*>(words[spec.family == calls::Family::net ? 3 : 0]);
        descriptors.opened_out_of_sight(made[0]);
        descriptors.opened_out_of_sight(made[1]);
    }
    if (spec.tracks == Tracks::duplicates) {
        const bool is_fcntl = spec.function() == "fcntl";
        const auto command = static_cast<int>(words[1]);
        if (!is_fcntl || command == F_DUPFD || command == F_DUPFD_CLOEXEC)
            descriptors.duplicated(static_cast<int>(words[0]), static_cast<int>(result));
    }
}

} // namespace

bool must_see(const plan::Plan& plan, const calls::Spec& spec) noexcept
{
    if (plan.moves_clock && calls::time_of(spec).form != calls::Lasts::Form::none) return true;
    switch (spec.tracks) {
    case Tracks::nothing:
        return false;
    case Tracks::opens:
    case Tracks::pair:
    case Tracks::duplicates:
    case Tracks::closes:
    case Tracks::closes_all:
        return plan.follows_descriptors || (plan.shuffles && spec.dir != calls::absent);
    case Tracks::connects:
        return plan.follows_descriptors;
    case Tracks::resolves:
        return plan.names_hosts;
    case Tracks::names:
        return plan.names_threads;
    case Tracks::lists:
        return plan.shuffles;
    case Tracks::times: // a clock that no fault names is never moved
        return false;
    case Tracks::timers:
        return plan.moves_clock;
    case Tracks::unloads:
        return plan.caller_sets.count != 0;
    case Tracks::starts:
        return plan.arm != plan::Arm::load;
    default:
        return true;
    }
}

void before(calls::Id row, const Word* words) noexcept
{
    if (process.plan == nullptr) return;
    const auto& spec = calls::table[row];
    if (spec.tracks == Tracks::closes && spec.dir != calls::absent)
        effects::forget_listing(reinterpret_cast<const void*>(words[spec.dir]));
    if (!process.plan->follows_descriptors) return;
    if (spec.tracks == Tracks::closes) descriptors.forget(engine::descriptor_of({row, words, nullptr}));
    if (spec.tracks == Tracks::closes_all) {
        const bool to_the_end = spec.name == "closefrom";
        descriptors.forget_range(static_cast<unsigned>(words[0]), to_the_end ? ~0U : static_cast<unsigned>(words[1]));
    }
}

void after(calls::Id row, const Word* words, Word result) noexcept
{
    if (process.plan == nullptr) return;
    const auto& plan = *process.plan;
    const auto& spec = calls::table[row];
    switch (spec.tracks) {
    case Tracks::connects: // a connection may still be on its way when the call has failed
        if (plan.follows_descriptors) descriptors.peer_changed();
        return;
    case Tracks::resolves: // getaddrinfo(name, service, hints, &addresses)
        if (plan.names_hosts && result == 0)
            engine::note_addresses(plan, reinterpret_cast<const char*>(words[0]),
                                   *reinterpret_cast<addrinfo* const*>(words[3]));
        return;
    case Tracks::names:
        return engine::thread_renamed();
    case Tracks::timers:
        if (plan.moves_clock && result == 0) effects::note_timer(row, words);
        return;
    case Tracks::unloads:
        return engine::forget_callers();
    default:
        if (plan.follows_descriptors && effects::succeeded(spec, result)) note_descriptors(spec, words, result);
    }
}

bool listing_serves(calls::Id row, const Word* words, Word& result) noexcept
{
    return process.plan != nullptr && process.plan->shuffles && effects::serve_listing(row, words, result);
}

} // namespace faultline::hook
