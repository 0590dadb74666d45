#include "hook/track.hpp"

#include "sys/syscalls.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>

namespace faultline::hook {
namespace {

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

constexpr engine::Observers way_of(calls::Id row)
{
    const auto tracks = calls::table[row].tracks;
    return has_door(tracks) || tracks == calls::Tracks::loads ? by_door : engine::Observers{};
}

} // namespace

constinit engine::Observers ways[calls::row_count] = {
#define CALL(symbol, ...) way_of(calls::id_##symbol),
#include "calls/all.def"
};

bool observe_row(calls::Id row, engine::Observers wanted) noexcept
{
    const auto seeing = engine::observers_of(wanted, row);
    if (seeing != 0) ways[row] = static_cast<engine::Observers>(ways[row] | seeing);
    if (tracks_of_row[row] == calls::Tracks::starts) return process.plan->arm != plan::Arm::load;
    return (ways[row] & by_door) != 0 || engine::armed_for(seeing);
}

void note_load(calls::Id row, const Word* words) noexcept
{
    const bool elsewhere = row == calls::id_dlmopen; // dlmopen(namespace, path, flags)
    const auto* const path = reinterpret_cast<const char*>(words[elsewhere ? 1 : 0]);
    const auto flags = static_cast<int>(words[elsewhere ? 2 : 1]);
    const bool is_ours = !elsewhere || static_cast<Lmid_t>(words[0]) == LM_ID_BASE;
    if (path == nullptr || (flags & RTLD_NOLOAD) != 0 || (is_ours && (flags & RTLD_DEEPBIND) == 0)) return;
    auto* const header = process.plan != nullptr && process.selected
                             ? process.header
                             : nullptr; // of the parent, in a child that counted nothing
    if (header == nullptr || (header->trouble.load(std::memory_order_relaxed) & ledger::sealed) != 0) return;
    const std::string_view name{path};
    const bool is_path = name.find('/') != std::string_view::npos;
    if (is_path && sys::call(SYS_faccessat, AT_FDCWD, sys::address(path), R_OK) != 0) return; // it will not be loaded
    if (is_ours && is_loaded(name)) return;
    ledger::note_unstruck(*header, is_ours ? ledger::Unreached::deep_bound : ledger::Unreached::namespaced, name);
}

} // namespace faultline::hook
