#include "engine/site.hpp"

#include "sys/syscalls.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <dlfcn.h>
#include <unwind.h>

namespace faultline::engine {
namespace {

// Our own library's code: from the frames of main's callers on it would make every id depend on how we were built.
constinit std::uintptr_t own_begin = 0, own_end = 0;

/// A frame's return address, and where on the stack it lies.
struct Frame {
    std::uintptr_t slot;
    std::uintptr_t address;
};

struct Walk {
    std::uintptr_t caller;
    int count;
    Frame frames[deepest_site];
};

void add(SiteId& id, std::uintptr_t address) noexcept
{
    const auto place = place_of(address);
    id.add(place.module, place.offset);
}

_Unwind_Reason_Code step(_Unwind_Context* context, void* data)
{
    auto& walk = *static_cast<Walk*>(data);
    const auto address = static_cast<std::uintptr_t>(_Unwind_GetIP(context));
    if (walk.count == 0 && address != walk.caller) return _URC_NO_REASON; // our own frames
    if (address == 0) return _URC_END_OF_STACK;                           // the program's beginning has no caller
    if (address >= own_begin && address < own_end) return _URC_NO_REASON;
    walk.frames[walk.count++] = {static_cast<std::uintptr_t>(_Unwind_GetCFA(context)) - sizeof(void*), address};
    return walk.count < deepest_site ? _URC_NO_REASON : _URC_END_OF_STACK;
}

// Most processes are never struck, and the unwinder's first use reads half a dozen pages.
constinit std::atomic<bool> may_unwind{false};

void unwind(const Call& call, Walk& walk) noexcept
{
    prepare_unwinding();
    walk.caller = reinterpret_cast<std::uintptr_t>(call.caller);
    walk.count = 0;
    _Unwind_Backtrace(&step, &walk);
}

// Unwinding takes microseconds, and most calls come from stacks that were there before. A stack is known again if all
// its return addresses still lie where they lay: each one fixes its function's frame, and so where the next one is.
// Only on x86-64 does a call leave its return address at a place that the unwinder tells.
#if defined(__x86_64__)
constexpr bool remembers = true;
#else
constexpr bool remembers = false;
#endif

struct Stack {
    using Number = std::atomic<std::uintptr_t>;
    std::atomic<std::uint32_t> version; // odd while it is written: no one reads it then, and no one else writes
    std::atomic<std::uint32_t> site;
    std::atomic<int> count;
    Number words; // with the caller, what tells two calls from one place at different depths apart
    Number slots[deepest_site];
    Number addresses[deepest_site];
};
constexpr std::size_t most_stacks = 256;
[[gnu::section(".bss.late")]] constinit Stack stacks[most_stacks]{};
constexpr auto relaxed = std::memory_order_relaxed;

std::uintptr_t as_number(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

Stack& slot_of(const Call& call) noexcept
{
    return stacks[((as_number(call.words) ^ as_number(call.caller) << 16U) * golden) >> 56U];
}

bool recall(const Call& call, const Stack& stack, std::uint32_t& site) noexcept
{
    const auto version = stack.version.load(std::memory_order_acquire);
    if (version == 0 || (version & 1U) != 0 || stack.words.load(relaxed) != as_number(call.words) ||
        stack.addresses[0].load(relaxed) != as_number(call.caller))
        return false;
    site = stack.site.load(relaxed);
    const int count = stack.count.load(relaxed);
    // In this order, for what was found so far says that the next slot is there to be read.
    for (int i = 0; i < count; ++i)
        if (*reinterpret_cast<const std::uintptr_t*>(stack.slots[i].load(std::memory_order_acquire)) !=
            stack.addresses[i].load(std::memory_order_acquire))
            return false;
    return stack.version.load(relaxed) == version;
}

void remember(const Call& call, Stack& stack, const Walk& walk, std::uint32_t site) noexcept
{
    auto version = stack.version.load(relaxed);
    if ((version & 1U) != 0 || !stack.version.compare_exchange_strong(version, version + 1, std::memory_order_acquire))
        return;
    stack.site.store(site, std::memory_order_release);
    stack.words.store(as_number(call.words), relaxed);
    stack.count.store(walk.count, relaxed);
    for (int i = 0; i < walk.count; ++i) {
        stack.slots[i].store(walk.frames[i].slot, relaxed);
        stack.addresses[i].store(walk.frames[i].address, relaxed);
    }
    stack.version.store(version + 2, std::memory_order_release);
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
    SiteId id;
    add(id, reinterpret_cast<std::uintptr_t>(caller));
    return id.leaf();
}

std::uint32_t site_of(const Call& call) noexcept
{
    auto& stack = slot_of(call);
    std::uint32_t site = 0;
    // A program's own functions have no words on the stack: what is remembered of them may lie on one that is gone.
    const bool lasts = remembers && call.words != nullptr;
    if (lasts && recall(call, stack, site)) return site;
    Walk walk;
    unwind(call, walk);
    const bool found = walk.count != 0 && call.caller != nullptr;
    SiteId id;
    if (walk.count == 0) add(id, walk.caller);
    for (int i = 0; i < walk.count; ++i)
        add(id, walk.frames[i].address);
    site = id.get();
    if (lasts && found) remember(call, stack, walk, site);
    return site;
}

std::size_t stack_of(const Call& call, std::span<std::uintptr_t> addresses) noexcept
{
    Walk walk;
    unwind(call, walk);
    if (walk.count == 0) walk.frames[walk.count++].address = walk.caller; // it cannot be unwound
    const auto count = std::min(static_cast<std::size_t>(walk.count), addresses.size());
    for (std::size_t i = 0; i < count; ++i)
        addresses[i] = walk.frames[i].address;
    return count;
}

void note_site(ledger::Event& event, const Call& call) noexcept
{
    const auto place = place_of(reinterpret_cast<std::uintptr_t>(call.caller));
    event.module.assign(place.module);
    event.caller_offset = place.offset;
    event.site = site_of(call);
    event.did |= ledger::did_site;
}

void forget_sites() noexcept
{
    for (auto& stack : stacks)
        stack.words.store(0, relaxed); // no call's: none is looked for without
}

void prepare_sites(const void* own_code) noexcept
{
    dl_find_object found{};
    if (own_code != nullptr && _dl_find_object(const_cast<void*>(own_code), &found) == 0) {
        own_begin = reinterpret_cast<std::uintptr_t>(found.dlfo_map_start);
        own_end = reinterpret_cast<std::uintptr_t>(found.dlfo_map_end);
    }
}

void prepare_unwinding() noexcept
{
    if (may_unwind.load(std::memory_order_acquire)) return;
    const auto mask = sys::block_signals();
    _Unwind_Backtrace([](_Unwind_Context*, void*) { return _URC_END_OF_STACK; }, nullptr);
    may_unwind.store(true, std::memory_order_release);
    sys::restore_signals(mask);
}

} // namespace faultline::engine
