// A point: one thing that can be tried, and its plan.
#pragma once

#include "explore/families.hpp"
#include "report/stack.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::explore {

/// One place from which a function is called, as a trace tells it, summed over the threads and processes of the tree.
struct Site {
    std::string function;
    std::uint32_t id = 0;
    std::uint64_t calls = 0;
    std::uint64_t first_call = 0;       // the number of its first call among the process's calls of the function
    std::string lineage;                // of the thread that came there first
    std::vector<report::Address> stack; // innermost first
};

/// How many of a site's matches are struck, from the first one on; or with them every later call that can fail so, wherever
/// it is made.
enum class Persistence : std::uint8_t { once, twice, thrice, on, everywhere };
[[nodiscard]] std::string_view name_of(Persistence persistence);

/// What is done to one site.
struct Strike {
    std::string function;
    std::uint32_t site = 0;
    Try what;
    std::uint64_t occurrence = 1; // which of the site's matches is the first to be struck
    Persistence persistence = Persistence::once;
    std::uint64_t call = 0; // the number of that call among all of the function: a fallback when sites have changed

    bool operator==(const Strike& other) const
    {
        return function == other.function && site == other.site && what == other.what &&
               occurrence == other.occurrence && persistence == other.persistence;
    }
};

struct Point {
    std::vector<Strike> strikes; // one; two in the second order

    /// A hash of what it is: the same in every run, shard and machine.
    [[nodiscard]] std::uint64_t id() const;
    /// The same for all points that follow from one (later matches, longer persistence, second faults): who tries the
    /// one finds out whether the others are worth trying.
    [[nodiscard]] std::uint64_t root() const;
    /// "malloc@1a2b3c4d ENOMEM, 2nd, on".
    [[nodiscard]] std::string text() const;

    bool operator==(const Point&) const = default;
};

/// As reports and files have it, and back.
[[nodiscard]] std::vector<report::Strike> as_record(const Point& point);
[[nodiscard]] Point point_of(const std::vector<report::Strike>& strikes);

/// The plan that strikes it. `tree`: several processes take part, so matches are numbered over all of them. `trace`:
/// the plan records sites as well.
[[nodiscard]] std::string plan_of(const Point& point, bool tree, bool trace);

/// The matches of its site that a strike's own fault strikes, as a plan's `on` has them.
[[nodiscard]] std::string matches(const Strike& strike);

/// Sixteen hexadecimal digits.
[[nodiscard]] std::string id_text(std::uint64_t id);

} // namespace faultline::explore
