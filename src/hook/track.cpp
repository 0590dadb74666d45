#include "hook/track.hpp"

#include "effects/basis.hpp"
#include "effects/directory.hpp"
#include "engine/callers.hpp"
#include "engine/select.hpp"
#include "sys/syscalls.hpp"

#include <cerrno>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>

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
                       engine::match_paths(*process.plan, dirfd, reinterpret_cast<const char*>(words[spec.path])));
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

/// Whether a module of that path, or of that file name where it is none, is in the process already: then the flags of
/// the call change nothing about it.
bool is_loaded(std::string_view wanted) noexcept
{
    const auto matches = [](dl_phdr_info* module, std::size_t, void* context) {
        const auto& name = *static_cast<const std::string_view*>(context);
        std::string_view path{module->dlpi_name};
        if (name.find('/') == std::string_view::npos) path = path.substr(path.rfind('/') + 1);
        return path == name ? 1 : 0;
    };
    return dl_iterate_phdr(matches, &wanted) != 0;
}

/// Says in the record that a library is loaded whose calls go past us. The flag stays: without it the library's own
/// functions could be bound to others of the same name in the program, and that is what it was set against. The note is
/// made before the call, which goes by its caller's address and so has to be the caller's own.
[[gnu::noinline]] void note_load(calls::Id row, const Word* words) noexcept
{
    const bool elsewhere = row == calls::id_dlmopen; // dlmopen(namespace, path, flags)
    const auto* const path = reinterpret_cast<const char*>(words[elsewhere ? 1 : 0]);
    const auto flags = static_cast<int>(words[elsewhere ? 2 : 1]);
    const bool is_ours = !elsewhere || static_cast<Lmid_t>(words[0]) == LM_ID_BASE;
    if (path == nullptr || (flags & RTLD_NOLOAD) != 0 || (is_ours && (flags & RTLD_DEEPBIND) == 0)) return;
    auto* const header = process.selected ? process.header : nullptr; // of the parent, in a child that counted nothing
    if (header == nullptr || (header->trouble.load(std::memory_order_relaxed) & ledger::sealed) != 0) return;
    const std::string_view name{path};
    const bool is_path = name.find('/') != std::string_view::npos;
    if (is_path && sys::call(SYS_faccessat, AT_FDCWD, sys::address(path), R_OK) != 0) return; // it will not be loaded
    if (is_ours && is_loaded(name)) return;
    ledger::note_unstruck(*header, is_ours ? ledger::Unreached::deep_bound : ledger::Unreached::namespaced, name);
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
    if (spec.tracks == Tracks::loads) return note_load(row, words);
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
    case Tracks::loads:
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
