// What a power cut could have left: how many operations had returned, and which of their micro-operations are not on
// disk. There are 2^30 and more of these in a run; those that find bugs are chosen.
#pragma once

#include "power/models.hpp"

#include <functional>

namespace faultline::power {

struct State {
    std::uint32_t cut = 0;                 // operations that had returned
    std::vector<std::uint32_t> lost = {};  // micro-operations of these that are not on disk, sorted
    std::vector<std::uint32_t> early = {}; // of the operation in flight, on disk already
    std::uint32_t torn = never; // a part of a page that is on disk in part: `torn_from` to `torn_to` of its bytes
    std::uint64_t torn_from = 0, torn_to = 0;
};

/// Whether something is there in part.
[[nodiscard]] inline bool is_torn(const State& state) { return state.torn != never || !state.early.empty(); }

/// The operation that is there in part, or else the last one before the cut that changed something; `never`: none did.
[[nodiscard]] std::uint32_t in_the_making(const MicroOperations& micros, const State& state);

/// A hash of what it is, by the operations of its recording.
[[nodiscard]] std::uint64_t id_of(const State& state);

/// What is lost where `seeds` are: they, as far as they may be, and all that needs them. Sorted. The seeds need not be.
[[nodiscard]] std::vector<std::uint32_t> lose(const Model& model, const MicroOperations& micros, std::uint32_t cut,
                                              const std::vector<std::uint32_t>& seeds);

/// Whether nothing is on disk that needs something lost, and nothing is lost that is there for certain.
[[nodiscard]] bool legal(const Model& model, const MicroOperations& micros, const State& state);

/// All sets that may be lost at a cut; only for recordings of a few operations.
void enumerate(const Model& model, const MicroOperations& micros, std::uint32_t cut,
               const std::function<void(const State&)>& visit);

/// Those that are worth a check, the most telling first, until `visit` returns false. One may come twice.
void choose(const Model& model, const door::Recording& recording, const MicroOperations& micros,
            const std::function<bool(const State&)>& visit);

} // namespace faultline::power
