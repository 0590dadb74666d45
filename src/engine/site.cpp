#include "engine/site.hpp"

#include "engine/draw.hpp"

#include <cerrno>
#include <dlfcn.h>
#include <unwind.h>

namespace faultline::engine {
namespace {

constexpr int deepest = 24; // frames of the program that make up a site

struct Walk {
    std::uintptr_t caller;
    int frames;
    std::uint64_t hash;
};

std::uint64_t hash_of(std::uintptr_t address, std::uint64_t from) noexcept
{
    const auto place = place_of(address);
    // Code outside any module (a JIT's) has no address that is the same in the next run.
    return hash(place.module, mix(from + (place.module.empty() ? 0 : place.offset)));
}

void add(Walk& walk, std::uintptr_t address) noexcept
{
    walk.hash = hash_of(address, walk.hash);
    ++walk.frames;
}

_Unwind_Reason_Code step(_Unwind_Context* context, void* data)
{
    auto& walk = *static_cast<Walk*>(data);
    const auto address = static_cast<std::uintptr_t>(_Unwind_GetIP(context));
    if (walk.frames == 0 && address != walk.caller) return _URC_NO_REASON; // our own frames
    add(walk, address);
    return walk.frames < deepest ? _URC_NO_REASON : _URC_END_OF_STACK;
}

} // namespace

Place place_of(std::uintptr_t address) noexcept
{
    dl_find_object found{};
    if (_dl_find_object(reinterpret_cast<void*>(address), &found) != 0) return {{}, address, nullptr};
    const link_map& map = *found.dlfo_link_map;
    // The program itself is in the list without a name.
    std::string_view name{map.l_name == nullptr || *map.l_name == '\0' ? program_invocation_short_name : map.l_name};
    if (const auto slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    return {name, address - map.l_addr, &map};
}

std::uint32_t leaf_of(const void* caller) noexcept
{
    return static_cast<std::uint32_t>(hash_of(reinterpret_cast<std::uintptr_t>(caller), 0) >> (64 - leaf_bits));
}

std::uint32_t site_of(const void* caller) noexcept
{
    Walk walk{reinterpret_cast<std::uintptr_t>(caller), 0, 0};
    _Unwind_Backtrace(&step, &walk);
    if (walk.frames == 0) add(walk, walk.caller);
    constexpr unsigned rest = 32 - leaf_bits;
    return leaf_of(caller) << rest | static_cast<std::uint32_t>(walk.hash >> (64 - rest));
}

void note_site(ledger::Event& event, const void* caller) noexcept
{
    const auto place = place_of(reinterpret_cast<std::uintptr_t>(caller));
    event.module.assign(place.module);
    event.caller_offset = place.offset;
    event.site = site_of(caller);
    event.did |= ledger::did_site;
}

void prepare_sites() noexcept
{
    _Unwind_Backtrace([](_Unwind_Context*, void*) { return _URC_END_OF_STACK; }, nullptr);
}

} // namespace faultline::engine
