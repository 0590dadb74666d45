// What a disk may lack at a moment, as six kinds of file system have it: an order in which micro-operations reach the
// disk, and from when on each is there for certain. docs/powerloss.md has the rules, and the experiments behind them.
#pragma once

#include "power/micro_operations.hpp"

#include <array>
#include <limits>

namespace faultline::power {

/// The rules by which a model differs from another one. Chains, syncs and atomic renames are every model's.
struct Rules {
    std::string_view name, meaning;
    bool total_order = false;        // nothing is overtaken, all is there at return: a kill, no power cut
    bool metadata_at_return = false; // entries, attributes, truncation
    bool size_after_data = false;    // what a file grew by is there before its size says so
    bool journal = false;            // metadata of a file system reaches the disk in its order
    bool flush_on_replace = false;   // auto_da_alloc
    bool data_on_its_way = false;    // the journal may commit a size while the data is still being written: NULs
    bool by_default = false;
};

inline constexpr std::array<Rules, 6> models{{
    {.name = "prefix",
     .meaning = "the program is killed, or the mount is `sync`: everything up to a moment",
     .total_order = true,
     .by_default = true},
    {.name = "unsynced-data",
     .meaning = "names at once, data when it is synced (as LazyFS clears its cache)",
     .metadata_at_return = true,
     .size_after_data = true},
    {.name = "ext4",
     .meaning = "ext4 as it is mounted by default",
     .size_after_data = true,
     .journal = true,
     .flush_on_replace = true,
     .by_default = true},
    {.name = "ext4-noauto",
     .meaning = "ext4 with noauto_da_alloc; close to XFS",
     .size_after_data = true,
     .journal = true,
     .by_default = true},
    {.name = "ext4-race",
     .meaning = "ext4 as it is mounted by default, whose journal commits while data is on its way",
     .size_after_data = true,
     .journal = true,
     .flush_on_replace = true,
     .data_on_its_way = true},
    {.name = "posix", .meaning = "whatever POSIX allows: only what was synced is there for certain"},
}};

[[nodiscard]] const Rules* model_named(std::string_view name);

inline constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max();

/// A model of one recording. Indices are those of its micro-operations.
struct Model {
    const Rules* rules = nullptr;
    std::vector<std::vector<std::uint32_t>> needs; // what is on disk where this is; earlier ones, direct
    std::vector<std::uint32_t> guaranteed;         // the operation after whose return it is on disk for certain
    std::vector<std::uint32_t>
        undone; // the one that put back what was there before: whether it came to the disk shows no more

    /// Whether it may be missing once `cut` operations have returned.
    [[nodiscard]] bool may_lack(std::uint32_t micro, std::uint32_t cut) const { return guaranteed[micro] >= cut; }
};

[[nodiscard]] Model model(const Rules& rules, const door::Recording& recording, const MicroOperations& micros);

} // namespace faultline::power
