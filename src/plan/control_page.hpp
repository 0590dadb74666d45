// How a run is changed while it goes on: one file, which `faultline run --control` makes and `faultline ctl` writes, and
// which every process of the tree has mapped to read. It holds whole compiled plans, of which one is in force; all plans
// of a run have the same shape (language::Shape), so that the records of its processes fit each of them.
//
//   ControlPage | area 0 | area 1       an area is a BlockHeader and a block; a new plan goes into the one not in force
#pragma once

#include "plan/block_file.hpp"

#include <atomic>

namespace faultline::plan {

/// Names the file, in the environment of the tree.
inline constexpr std::string_view control_variable = "FAULT_CONTROL";
inline constexpr std::string_view control_name = "control"; // in the directory of `faultline run`

/// What was changed, in words: each process that takes the change over puts it into its record.
struct Change {
    std::atomic<std::uint32_t> generation; // 0: none yet
    std::uint32_t length;
    char text[88];
};

struct ControlPage {
    std::uint64_t magic;
    std::uint64_t library;     // library_identity()
    std::uint64_t block_bytes; // of each plan
    /// Goes up by one with each change, after all else of it is written: the one word that a call looks at.
    alignas(64) std::atomic<std::uint32_t> generation;
    std::atomic<std::uint32_t> area;       // the one whose plan is in force
    std::atomic<std::int64_t> quiet_until; // CLOCK_MONOTONIC in ns: no fault strikes before
    std::atomic<std::uint32_t>
        plan_change;                 // the generation that brought the plan in force; 0: the one that it began with
    alignas(64) Change changes[128]; // that of a generation at its remainder
};

inline constexpr std::uint64_t control_magic = 0x314c'5254'4346'0a1b; // "\x1b\nFCTRL1"
inline constexpr std::uint64_t control_page_bytes = 16384;
static_assert(sizeof(ControlPage) <= control_page_bytes);

[[nodiscard]] constexpr std::uint64_t control_area_bytes(std::uint64_t block_bytes) noexcept
{
    constexpr std::uint64_t page = 4096;
    return (sizeof(BlockHeader) + block_bytes + page - 1) / page * page;
}
[[nodiscard]] constexpr std::uint64_t control_bytes(std::uint64_t block_bytes) noexcept
{
    return control_page_bytes + 2 * control_area_bytes(block_bytes);
}

/// The header of an area, with the block behind it.
[[nodiscard]] inline const BlockHeader& control_area(const ControlPage& page, std::uint32_t area) noexcept
{
    const auto* const bytes = reinterpret_cast<const char*>(&page);
    return *reinterpret_cast<const BlockHeader*>(bytes + control_page_bytes +
                                                 (area & 1U) * control_area_bytes(page.block_bytes));
}

struct Joined {
    Fit fit = Fit::no_block;
    const ControlPage* page = nullptr; // where it fits: mapped for the life of the process
};

/// Maps a run's control file. Any time.
[[nodiscard]] Joined join_control(const char* path) noexcept;

/// Copies the plan in force to `room`, which has page.block_bytes bytes, and checks it there. False while another one is
/// being written, or where it makes no sense; `shape`: a plan of the run, whose shape it has to have. Any time.
[[nodiscard]] bool copy_plan(const ControlPage& page, const Plan& shape, void* room) noexcept;

} // namespace faultline::plan
