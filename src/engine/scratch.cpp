#include "engine/scratch.hpp"

#include "sys/syscalls.hpp"

#include <atomic>
#include <bit>
#include <cstdint>

namespace faultline::engine {
namespace {

constexpr int pool_size = 16;
[[gnu::section(".bss.late")]] alignas(64) constinit char pool[pool_size][Scratch::size]{};
constinit std::atomic<std::uint32_t> taken{0};

int take_slot() noexcept
{
    auto bits = taken.load(std::memory_order_relaxed);
    for (;;) {
        const int slot = std::countr_one(bits);
        if (slot >= pool_size) return -1;
        if (taken.compare_exchange_weak(bits, bits | 1U << static_cast<unsigned>(slot), std::memory_order_acquire))
            return slot;
    }
}

} // namespace

Scratch::Scratch() noexcept : slot_(take_slot())
{
    bytes_ = slot_ >= 0
                 ? pool[slot_]
                 : static_cast<char*>(sys::map(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS));
}

Scratch::~Scratch()
{
    if (slot_ >= 0) {
        taken.fetch_and(~(1U << static_cast<unsigned>(slot_)), std::memory_order_release);
    } else if (bytes_ != nullptr) {
        sys::unmap(bytes_, size);
    }
}

} // namespace faultline::engine
