// Cuts what a run did to files into the smallest things that are on disk or are not: a part of a page, a size, entries of
// directories that change at once, attributes. Every model of a disk speaks of these.
#pragma once

#include "door/recording.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::power {

inline constexpr std::uint64_t page_size = 4096;
inline constexpr std::uint64_t sector_size = 512;

enum class Kind : std::uint8_t { data, size, entries, attributes };

/// A name's new meaning; inode is none: the name is gone.
struct Change {
    door::Name at;
    door::InodeId inode = door::InodeId::none;
};

struct Micro {
    Kind kind = Kind::data;
    std::uint32_t operation = 0; // index in the recording
    door::InodeId inode = door::InodeId::none;
    std::uint64_t device = 0;
    std::uint64_t offset = 0, length = 0; // of data, within one page
    std::string_view bytes;               // of data; empty: NULs, for a hole was made there
    std::uint64_t size = 0, before = 0;   // of the file from now on, and until now
    bool by_write = false;                // the size grew because data was written beyond it
    std::vector<Change> changes;          // of entries
    const door::Attributes* attributes = nullptr;

    [[nodiscard]] std::uint64_t page() const { return offset / page_size; }
    [[nodiscard]] bool makes_hole() const { return kind == Kind::data && bytes.empty(); }
};

struct Cutting {
    /// Renames are two steps, as on FAT: the new name is there before the old one goes.
    bool split_rename = false;
};

/// All of a recording. Points into it: it has to live as long.
struct MicroOperations {
    std::vector<Micro> all;              // in the order of operations
    std::vector<std::uint32_t> first;    // of each operation, and one past the last
    std::vector<std::string> untellable; // what no state can be made of, and why

    [[nodiscard]] std::uint32_t operations() const { return static_cast<std::uint32_t>(first.size()) - 1; }
};

[[nodiscard]] MicroOperations cut(const door::Recording& recording, const Cutting& cutting = {});

} // namespace faultline::power
