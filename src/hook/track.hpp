// What the engine has to see of descriptors, threads and processes, fault or no fault.
#pragma once

#include "effects/effects.hpp"
#include "hook/process.hpp"

namespace faultline::hook {

/// Rows of these kinds are not called directly but through door(), which prepares what comes after.
constexpr bool has_door(calls::Tracks tracks)
{
    using enum calls::Tracks;
    return tracks == threads || tracks == executes || tracks == spawns || tracks == exits || tracks == starts ||
           tracks == seals;
}

/// Makes the real call of such a row.
Word door(calls::Id row, Word* words);

// Descriptors: forgotten before they close, because another thread may get the same number at once; learnt after they
// open.
void before(calls::Id row, const Word* words) noexcept;
void after(calls::Id row, const Word* words, Word result) noexcept;

/// Whether the plan moves clocks, so that times are to be reckoned.
[[nodiscard]] inline bool clock_is_moved() noexcept { return process.plan != nullptr && process.plan->moves_clock; }

/// Whether a shuffled listing answers a call on a directory.
[[nodiscard]] bool listing_serves(calls::Id row, const Word* words, Word& result) noexcept;

/// What quick_exit was given.
extern constinit std::atomic<int> quick_exit_status;

/// Whether a row has to be seen under this plan, though no fault may name it.
[[nodiscard]] bool must_see(const plan::Plan& plan, const calls::Spec& spec) noexcept;

} // namespace faultline::hook
