// What all processes of a run share: for count = "run", how many matches each fault has had among all of them. A mapped
// file, because an image that is executed inherits no memory. The last process to end removes it; where one was killed
// it stays, as its ledger does, unless `faultline run` clears up.
#pragma once

#include "plan/plan.hpp"

#include <atomic>
#include <string_view>

namespace faultline::ledger {

inline constexpr std::string_view board_variable = "FAULT_BOARD";

/// Makes the board of a run that begins here: beside the statistics file, or in the directory of `faultline run`. Where
/// no file can be had it is memory, which only forked children share, and false is returned. Boot only, after the
/// record was made.
bool create_board(const plan::Plan& plan) noexcept;

/// Joins the board at a path. `counted`: the image that this one replaces had joined already. False where there is none
/// of this plan. Boot only.
bool join_board(const plan::Plan& plan, const char* path, bool counted) noexcept;

/// The path of the board's file; empty where it has none. Boot only.
[[nodiscard]] std::string_view board_path() noexcept;

/// A forked child shares the board. While the child has one thread.
void share_board() noexcept;

/// The process ends, and with it, if it was the last, the file. More than once is once. Any time.
void leave_board() noexcept;

/// A number for each fault of the plan; nullptr without a board. Any time after boot.
[[nodiscard]] std::atomic<std::uint64_t>* run_matches() noexcept;

} // namespace faultline::ledger
