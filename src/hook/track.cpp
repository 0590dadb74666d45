#include "hook/track.hpp"

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
    descriptors.opened(fd, engine::match_paths(*process.plan, dirfd, reinterpret_cast<const char*>(words[spec.path])));
    errno = kept;
}

} // namespace

bool must_see(const plan::Plan& plan, const calls::Spec& spec) noexcept
{
    switch (spec.tracks) {
    case Tracks::nothing:
        return false;
    case Tracks::opens:
    case Tracks::pair:
    case Tracks::duplicates:
    case Tracks::closes:
    case Tracks::closes_all:
        return plan.follows_descriptors;
    case Tracks::starts:
        return plan.arm != plan::Arm::load;
    default:
        return true;
    }
}

void before(calls::Id row, const Word* words) noexcept
{
    if (process.plan == nullptr || !process.plan->follows_descriptors) return;
    const auto& spec = calls::table[row];
    if (spec.tracks == Tracks::closes) descriptors.forget(engine::descriptor_of({row, words, nullptr}));
    if (spec.tracks == Tracks::closes_all) {
        const bool to_the_end = spec.name == "closefrom";
        descriptors.forget_range(static_cast<unsigned>(words[0]), to_the_end ? ~0U : static_cast<unsigned>(words[1]));
    }
}

void after(calls::Id row, const Word* words, Word result) noexcept
{
    if (process.plan == nullptr || !process.plan->follows_descriptors) return;
    const auto& spec = calls::table[row];
    if (!effects::succeeded(spec, result)) return;
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

} // namespace faultline::hook
