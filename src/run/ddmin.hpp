// Which of many things are needed for something to happen: the minimising delta debugging of A. Zeller and R. Hildebrandt,
// "Simplifying and Isolating Failure-Inducing Input" (IEEE Transactions on Software Engineering 28, 2002).
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace faultline::run {

/// The smallest part that is found of the things 0 … count-1 for which `happens` still holds: with any single one of it
/// left out it does not hold any more (1-minimal). `happens` takes the numbers of the things that are there, ascending,
/// and has to hold for all of them; it is asked at most about count² times, in the usual case about log(count) times for
/// each thing that is needed.
template <class Predicate>
[[nodiscard]] std::vector<std::size_t> ddmin(std::size_t count, Predicate happens)
{
    std::vector<std::size_t> needed(count);
    std::iota(needed.begin(), needed.end(), std::size_t{0});
    if (count == 0 || happens(std::vector<std::size_t>())) return {};
    std::size_t parts = 2;
    while (needed.size() > 1) {
        const auto size = needed.size();
        const auto edge = [&](std::size_t part) { return static_cast<std::ptrdiff_t>(size * part / parts); };
        bool smaller = false;
        // A single part that is enough by itself, else all parts but one. Of two, each is all but the other.
        for (const bool alone : {true, false}) {
            if (!alone && parts == 2) break;
            for (std::size_t part = 0; part < parts && !smaller; ++part) {
                const auto first = needed.begin() + edge(part);
                const auto last = needed.begin() + edge(part + 1);
                std::vector<std::size_t> tried;
                if (alone) {
                    tried.assign(first, last);
                } else {
                    tried.assign(needed.begin(), first);
                    tried.insert(tried.end(), last, needed.end());
                }
                if (!happens(tried)) continue;
                needed = std::move(tried);
                parts = alone ? 2 : std::max<std::size_t>(parts - 1, 2);
                smaller = true;
            }
            if (smaller) break;
        }
        if (smaller) continue;
        if (parts == size) break;
        parts = std::min(parts * 2, size);
    }
    return needed;
}

} // namespace faultline::run
