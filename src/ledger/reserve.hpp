// Room that is set aside for the records of processes that can make no file when they need one: a forked child that has
// changed its user or its root before its first counted call, or that meets a full disk. The room is a mapped file that
// children inherit over fork, with space on the disk, so a process takes its part of it without a system call.
//
//   Reserve | slot | slot …        a slot is a whole ledger of a fixed size; its magic number is written last
//
// Under `faultline run` the command makes it before the program starts, and reads it at the end. Without the command
// the first fork of a process image makes it, beside the statistics file, and the last process to end removes it,
// unless it holds records that stand nowhere else.
#pragma once

#include "ledger/layout.hpp"

namespace faultline::ledger {

inline constexpr std::uint64_t reserve_magic = 0x3156'5345'5246'0a1a; // "\x1a\nFRESV1"
inline constexpr std::string_view reserve_name = "reserve";           // in the directory of `faultline run`
inline constexpr std::uint32_t reserve_slots_of_run = 16;

struct Reserve {
    std::uint64_t magic_number;
    std::uint32_t version, slots;
    std::uint64_t slot_bytes;
    std::atomic<std::uint32_t> claimed;    // slots handed out; also counts those that were asked for in vain
    std::atomic<std::uint32_t> kept;       // slots whose record stands nowhere else
    std::atomic<std::uint32_t> unrecorded; // processes that have no record at all, because no slot was left
    std::atomic<std::uint32_t> crowded;    // 1: more processes than there is room for below
    // Without the command: the pids of those that may still take a slot; 0: free. Some may have been killed.
    std::atomic<std::int32_t> members[512];
};
static_assert(sizeof(Reserve) <= page);

constexpr std::uint64_t reserve_bytes(std::uint32_t slots, std::uint64_t slot_bytes) noexcept
{
    return page + slots * slot_bytes;
}

/// The layout of a record of this plan as a slot holds it: smaller than one that can grow. For events beyond
/// `events_backed` there is no room: they are lost, and said to be.
[[nodiscard]] Layout lay_out_slot(const plan::Plan& plan, std::uint64_t& events_backed) noexcept;

/// How many bytes such a record takes.
[[nodiscard]] std::uint64_t slot_bytes(const plan::Plan& plan) noexcept;

/// Makes a reserve's file, which must not be there yet. 0, or -errno. In the command, and while a process has one
/// thread.
long make_reserve(const char* path, std::uint32_t slots, std::uint64_t slot_bytes, int mode) noexcept;

/// Maps the reserve of `faultline run`, if this process has one and may reach it. Boot only.
void join_reserve() noexcept;

/// Whether this process has a reserve, with room or without. Any time after boot.
[[nodiscard]] bool has_reserve() noexcept;

/// Sees to it that a child which is about to be forked will have a reserve with room in it. Costs a few loads where
/// that is so. With all signals blocked, by the thread that forks.
void prepare_reserve(const plan::Plan& plan) noexcept;

/// A forked child has its parent's reserve. While it has one thread.
void inherit_reserve() noexcept;

/// A process that ends or is replaced takes no slot any more; one whose exec has failed may again. More than once is
/// once. Any time.
void leave_reserve() noexcept;
void rejoin_reserve() noexcept;

/// Takes a slot of at least so many bytes for a record of this process: zeros, but for the magic number that is not
/// set yet. nullptr where there is none, which the reserve counts. Makes no system call.
[[nodiscard]] Header* take_slot(std::uint64_t bytes) noexcept;

/// The record in the slot stands in a statistics file now.
void give_slot_back(Header& slot) noexcept;

} // namespace faultline::ledger
