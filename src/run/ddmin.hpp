// Delta debugging: from many things that together make something happen, the few that are needed for it. ddmin of
// Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002). It knows positions only, so that
// the faults of a record, the operations of a log and whatever else has parts are made smaller by the same code.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <set>
#include <vector>

namespace faultline::run {

/// The positions below `count` that are needed for `still_happens(const std::vector<std::size_t>&)`, ascending.
///
/// The predicate is asked about ascending sets of positions, about none of them twice, and never about the full set:
/// that it happens there is for the caller to have seen. The empty set is asked about last, where one position is left.
/// Where the predicate always answers the same for the same set, the result is 1-minimal: without any one of its
/// positions it does not happen. No promise that there is no smaller set elsewhere. Asks at most some count² + 3 count
/// times, and some 2 log2(count) times where one position is to blame. What the predicate throws goes through.
template <class Predicate>
[[nodiscard]] std::vector<std::size_t> ddmin(std::size_t count, Predicate still_happens)
{
    using Positions = std::vector<std::size_t>;
    Positions kept(count);
    std::iota(kept.begin(), kept.end(), std::size_t{0});
    std::set<Positions> without; // sets that it does not happen with
    const auto happens = [&](const Positions& some) {
        if (without.contains(some)) return false;
        if (still_happens(some)) return true;
        without.insert(some);
        return false;
    };

    for (std::size_t parts = 2; kept.size() >= 2;) {
        const auto edge = [&](std::size_t part) {
            return kept.begin() + static_cast<std::ptrdiff_t>(part * kept.size() / parts);
        };
        Positions smaller;
        bool found = false;
        for (std::size_t part = 0; part < parts && !found; ++part) {
            smaller.assign(edge(part), edge(part + 1));
            found = happens(smaller);
        }
        if (found) {
            kept = smaller;
            parts = 2;
            continue;
        }
        for (std::size_t part = 0; part < parts && !found && parts > 2; ++part) { // of two, each is the other's rest
            smaller.assign(kept.begin(), edge(part));
            smaller.insert(smaller.end(), edge(part + 1), kept.end());
            found = happens(smaller);
        }
        if (found) {
            kept = smaller;
            --parts;
        } else if (parts == kept.size()) {
            return kept;
        } else {
            parts = std::min(parts * 2, kept.size());
        }
    }
    if (kept.size() == 1 && happens({})) kept.clear();
    return kept;
}

} // namespace faultline::run
