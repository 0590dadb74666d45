#include "engine/callers.hpp"

#include "engine/draw.hpp"
#include "engine/site.hpp"
#include "engine/symbols.hpp"

#include <atomic>

namespace faultline::engine {
namespace {

// What is known of a return address, in one word: the address (47 bits, shifted up) and 16 bits about it. 0: nothing.
class Memory {
public:
    [[nodiscard]] bool find(const void* caller, std::uint32_t& bits) const noexcept
    {
        const auto word = words_[index_of(caller)].load(std::memory_order_relaxed);
        bits = static_cast<std::uint32_t>(word & bits_mask);
        return word >> bit_count == address_of(caller);
    }
    void keep(const void* caller, std::uint32_t bits) noexcept
    {
        words_[index_of(caller)].store(address_of(caller) << bit_count | bits, std::memory_order_relaxed);
    }
    void forget() noexcept
    {
        for (auto& word : words_)
            word.store(0, std::memory_order_relaxed);
    }

private:
    static constexpr unsigned bit_count = 16;
    static constexpr std::uint64_t bits_mask = (std::uint64_t{1} << bit_count) - 1;
    static_assert(plan::most_caller_sets <= bit_count && leaf_bits <= bit_count);
    static constexpr std::size_t size = 4096;

    static std::uint64_t address_of(const void* caller) noexcept
    {
        return reinterpret_cast<std::uintptr_t>(caller) & 0x0000'ffff'ffff'ffffU;
    }
    static std::size_t index_of(const void* caller) noexcept
    {
        return (address_of(caller) * golden) >> 52U; // the uppermost 12 bits
    }

    std::atomic<std::uint64_t> words_[size]{};
};
[[gnu::section(".bss.late")]] constinit Memory known_sets;
[[gnu::section(".bss.late")]] constinit Memory known_leaves;

} // namespace

std::uint32_t find_caller_sets(const plan::Plan& plan, const void* return_address) noexcept
{
    const auto caller = reinterpret_cast<std::uintptr_t>(return_address);
    const auto place = place_of(caller);
    char room[192];
    // One byte before the return address: the call may be its function's last instruction.
    return caller_sets_of(plan, place.module, [&] { return symbol_at(caller - 1, room); });
}

std::uint32_t caller_sets(const plan::Plan& plan, const void* caller) noexcept
{
    std::uint32_t bits = 0;
    if (known_sets.find(caller, bits)) return bits;
    bits = find_caller_sets(plan, caller);
    known_sets.keep(caller, bits);
    return bits;
}

bool may_be_site(const void* caller, std::span<const std::uint32_t> sites) noexcept
{
    std::uint32_t leaf = 0;
    if (!known_leaves.find(caller, leaf)) {
        leaf = leaf_of(caller);
        known_leaves.keep(caller, leaf);
    }
    for (const auto site : sites)
        if (site >> (32 - leaf_bits) == leaf) return true;
    return false;
}

void forget_callers() noexcept
{
    known_sets.forget();
    known_leaves.forget();
}

} // namespace faultline::engine
