#include "engine/observers.hpp"

#include "engine/callers.hpp"
#include "engine/observer_table.hpp"
#include "engine/select.hpp"
#include "engine/site.hpp"

#include <bit>
#include <cerrno>
#include <fcntl.h>

namespace faultline::engine {
namespace {

using calls::Tracks;

/// The number of a descriptor that a call has just made, behind what it returned.
int made_descriptor(const calls::Spec& spec, Word result) noexcept
{
    if (spec.family == calls::Family::stdio) return descriptor_of_stream(reinterpret_cast<void*>(result));
    if (spec.fails.returns == calls::Failure::Returns::null)
        return descriptor_of_directory(reinterpret_cast<void*>(result));
    return static_cast<int>(result);
}

void learn_opened(const View& view, const calls::Spec& spec, const Word* words, Word result) noexcept
{
    const int fd = made_descriptor(spec, result);
    if (fd < 0) return;
    // A stream reports the descriptor of a file that it opened inside libc; its path is looked up when it is needed.
    if (spec.path == calls::absent || spec.family == calls::Family::net)
        return view.descriptors.opened_out_of_sight(fd);
    const int dirfd = spec.dirfd == calls::absent ? AT_FDCWD : static_cast<int>(words[spec.dirfd]);
    const int kept = errno;
    view.descriptors.opened(view.plan, fd,
                            match_paths(view.plan, {}, dirfd, reinterpret_cast<const char*>(words[spec.path])));
    errno = kept;
}

} // namespace

Observers observers_wanted(const plan::Plan& plan) noexcept
{
    unsigned wanted = 0;
    for (std::size_t i = 0; i < observers.size(); ++i)
        if (observers[i].wanted(plan)) wanted |= 1U << i;
    return static_cast<Observers>(wanted);
}

Observers observers_of(Observers wanted, calls::Id row) noexcept
{
    return static_cast<Observers>(observers_of_row[row] & wanted);
}

bool armed_for(Observers seeing) noexcept
{
    for (unsigned rest = seeing; rest != 0; rest &= rest - 1)
        if (observers[static_cast<unsigned>(std::countr_zero(rest))].arms) return true;
    return false;
}

bool see_before(Observers seeing, const View& view, Seen& seen, Word& result)
{
    for (unsigned rest = seeing; rest != 0; rest &= rest - 1) {
        auto* const before = observers[static_cast<unsigned>(std::countr_zero(rest))].before;
        if (before != nullptr && before(view, seen, result)) return true;
    }
    return false;
}

Word see_after(Observers seeing, const View& view, Seen& seen, Word result)
{
    for (unsigned rest = seeing; rest != 0; rest &= rest - 1) {
        auto* const after = observers[static_cast<unsigned>(std::countr_zero(rest))].after;
        if (after != nullptr) result = after(view, seen, result);
    }
    return result;
}

bool forget_descriptors(const View& view, Seen& seen, Word&)
{
    const auto& spec = calls::table[seen.row];
    if (spec.tracks == Tracks::closes) view.descriptors.forget(descriptor_of({seen.row, seen.words, nullptr}));
    if (spec.tracks == Tracks::closes_all) {
        const bool to_the_end = spec.name == "closefrom";
        view.descriptors.forget_range(static_cast<unsigned>(seen.words[0]),
                                      to_the_end ? ~0U : static_cast<unsigned>(seen.words[1]));
    }
    return false;
}

Word learn_descriptors(const View& view, Seen& seen, Word result)
{
    const auto& spec = calls::table[seen.row];
    const auto* const words = seen.words;
    if (!succeeded(spec, result)) return result;
    if (spec.tracks == Tracks::opens) learn_opened(view, spec, words, result);
    if (spec.tracks == Tracks::pair) {
        const auto* const made = reinterpret_cast<const int*>(words[spec.family == calls::Family::net ? 3 : 0]);
        view.descriptors.opened_out_of_sight(made[0]);
        view.descriptors.opened_out_of_sight(made[1]);
    }
    if (spec.tracks == Tracks::duplicates) {
        const bool is_fcntl = spec.function() == "fcntl";
        const auto command = static_cast<int>(words[1]);
        if (!is_fcntl || command == F_DUPFD || command == F_DUPFD_CLOEXEC)
            view.descriptors.duplicated(static_cast<int>(words[0]), static_cast<int>(result));
    }
    return result;
}

Word learn_peer(const View& view, Seen&, Word result)
{
    view.descriptors.peer_changed(); // a connection may still be on its way when the call has failed
    return result;
}

Word learn_addresses(const View& view, Seen& seen, Word result) // getaddrinfo(name, service, hints, &addresses)
{
    if (result == 0)
        note_addresses(view.plan, reinterpret_cast<const char*>(seen.words[0]),
                       *reinterpret_cast<addrinfo* const*>(seen.words[3]));
    return result;
}

Word learn_thread_name(const View&, Seen&, Word result)
{
    thread_renamed();
    return result;
}

Word forget_code(const View&, Seen&, Word result)
{
    forget_callers();
    forget_sites();
    return result;
}

} // namespace faultline::engine
