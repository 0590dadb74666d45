// Which calls do not go straight to the real function: those that some observer sees, and those that prepare what comes
// after them.
#pragma once

#include "engine/observer_table.hpp"
#include "hook/process.hpp"

#include <array>

namespace faultline::hook {

/// Rows of these kinds are not called directly but through door(), which prepares what comes after.
constexpr bool has_door(calls::Tracks tracks)
{
    using enum calls::Tracks;
    return tracks == threads || tracks == executes || tracks == spawns || tracks == exits || tracks == starts ||
           tracks == seals;
}

/// What each row tracks, apart from the table: boot looks at all of them, and a row of the table is 285 bytes.
inline constexpr auto tracks_of_row = [] {
    std::array<calls::Tracks, calls::row_count> tracks{};
    for (std::size_t row = 0; row < tracks.size(); ++row)
        tracks[row] = calls::table[row].tracks;
    return tracks;
}();

/// Makes the real call of such a row.
Word door(calls::Id row, Word* words);

#pragma GCC visibility push(hidden)
/// For each row the observers that see it, and whether it has a door or loads code; 0: the gate may jump to the real function.
/// Written at boot.
extern constinit engine::Observers ways[calls::row_count];
#pragma GCC visibility pop
inline constexpr engine::Observers by_door = 1U << (8 * sizeof(engine::Observers) - 1);

/// Whether observe_row has anything to say of a row, under whichever plan: it has not of most.
[[nodiscard]] inline bool may_be_seen(calls::Id row) noexcept
{
    return (engine::observers_of_row[row] | ways[row]) != 0;
}

/// Notes which of the wanted observers see a row. Returns whether it has to be armed, though no fault may name it. Boot
/// only.
[[nodiscard]] bool observe_row(calls::Id row, engine::Observers wanted) noexcept;

/// Says in the record that a library is about to be loaded whose calls go past us. The flag stays: without it the
/// library's own functions could be bound to others of the same name in the program, and that is what it was set
/// against. The note is made before the call, which goes by its caller's address and so has to be the caller's own.
[[gnu::noinline]] void note_load(calls::Id row, const Word* words) noexcept;

/// What quick_exit was given.
extern constinit std::atomic<int> quick_exit_status;

} // namespace faultline::hook
