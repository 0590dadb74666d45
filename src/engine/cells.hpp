// Numbers that a fault keeps for each descriptor or for each site: how many matches, how many bytes, whether it has
// fired there. A fixed table, because nothing may be allocated in the host; a descriptor's numbers begin anew when it
// is another one's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace faultline::engine {

/// What a number is for.
enum class Purpose : std::uint8_t { matches = 1, bytes, latch, owed };

/// One number. The word holds the generation of what it belongs to above `count_bits` bits of count.
class Cell {
public:
    static constexpr unsigned count_bits = 48;
    static constexpr std::uint64_t most = (std::uint64_t{1} << count_bits) - 1;

    Cell() noexcept = default;
    Cell(std::atomic<std::uint64_t>& word, std::uint64_t generation) noexcept
        : word_(&word), generation_(generation & 0xffffU)
    {}

    [[nodiscard]] std::atomic<std::uint64_t>* word() const noexcept { return word_; }
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
    [[nodiscard]] std::uint64_t get() const noexcept { return counted(word_->load(std::memory_order_relaxed)); }
    /// Replaces the count by change(count), however many threads do the like; returns what it was.
    template <class Change>
    std::uint64_t update(const Change& change) noexcept
    {
        auto before = word_->load(std::memory_order_relaxed);
        for (;;) {
            const auto count = counted(before);
            const auto after = change(count);
            if (word_->compare_exchange_weak(before, generation_ << count_bits | (after < most ? after : most),
                                             std::memory_order_relaxed))
                return count;
        }
    }
    std::uint64_t add(std::uint64_t more) noexcept
    {
        return update([more](std::uint64_t count) { return count + more; });
    }

private:
    [[nodiscard]] std::uint64_t counted(std::uint64_t word) const noexcept
    {
        return word >> count_bits == generation_ ? word & most : 0;
    }

    std::atomic<std::uint64_t>* word_ = nullptr; // of none: there is no number
    std::uint64_t generation_ = 0;
};

/// The numbers of one process. All zero bits: none yet.
class Cells {
public:
    constexpr Cells() = default;

    /// The number of a fault for a descriptor or site. Where the table is full `full` is set, and one number serves all
    /// that found no place. Any time after boot; lock-free.
    [[nodiscard]] Cell cell(Purpose purpose, std::uint16_t fault, std::uint32_t of, std::uint64_t generation,
                            bool& full) noexcept;

    /// Forgets all: a forked child counts for itself. While the process has one thread.
    void clear() noexcept;

private:
    struct Slot {
        std::atomic<std::uint64_t> key; // 0: free
        std::atomic<std::uint64_t> word;
    };
    static constexpr std::size_t table_size = 16384;
    Slot table_[table_size]{};
    std::atomic<std::uint64_t> last_resort_{0};
    std::atomic<bool> used_{false};
};

#pragma GCC visibility push(hidden)
/// Those of the process that we are in.
extern constinit Cells own_cells;
#pragma GCC visibility pop

} // namespace faultline::engine
