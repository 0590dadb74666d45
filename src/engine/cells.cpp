#include "engine/cells.hpp"

#include "engine/draw.hpp"

namespace faultline::engine {

[[gnu::section(".bss.late")]] constinit Cells own_cells;

Cell Cells::cell(Purpose purpose, std::uint16_t fault, std::uint32_t of, std::uint64_t generation, bool& full) noexcept
{
    const auto key =
        std::uint64_t{1} << 63U | static_cast<std::uint64_t>(purpose) << 48U | std::uint64_t{fault} << 32U | of;
    const auto home = mix(key);
    constexpr std::size_t probes = 64;
    used_.store(true, std::memory_order_relaxed);
    for (std::size_t i = 0; i < probes; ++i) {
        auto& slot = table_[(home + i) % table_size];
        auto there = slot.key.load(std::memory_order_relaxed);
        if (there == 0 && slot.key.compare_exchange_strong(there, key, std::memory_order_relaxed)) there = key;
        if (there == key) return {slot.word, generation};
    }
    full = true;
    return {last_resort_, 0};
}

void Cells::clear() noexcept
{
    if (!used_.exchange(false, std::memory_order_relaxed)) return;
    for (auto& slot : table_) {
        slot.key.store(0, std::memory_order_relaxed);
        slot.word.store(0, std::memory_order_relaxed);
    }
    last_resort_ = 0;
}

} // namespace faultline::engine
