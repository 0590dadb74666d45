// A finding: outcomes that are misbehaviour and have the same cause, with the smallest plan that repeats it.
#pragma once

#include "explore/enclosure.hpp"
#include "explore/outcome.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::explore {

struct Finding {
    Class kind = Class::crash;
    std::string detail;
    std::string key;             // what makes outcomes one finding; stable from run to run
    Point point;                 // the weakest that gives it
    std::vector<Point> others;   // that give it as well
    int repeated = 1, tried = 1; // of the confirmations, the first run among them
    bool known = false;          // --known names it
    std::optional<Site> site;    // that was struck
    Crash crash;
    std::string out, err;
    std::vector<Struck> struck;
};

/// What makes two outcomes one finding: for crashes the innermost frames of the program's own code where it crashed, by
/// their functions' names where these are known; for the rest that of the struck site.
[[nodiscard]] std::string merge_key(const Outcome& outcome, const Point& point, const std::optional<Site>& site,
                                    const Crash& crash);

/// Whether what a point strikes is on a list of what a program may swallow. An entry is a glob of functions, "write";
/// one of functions called from a module, "*@dash"; or a site's id.
[[nodiscard]] bool is_absorbed(const std::vector<std::string>& list, const Strike& strike,
                               const std::optional<Site>& site);

/// Whether `a` is a weaker plan than `b`: nothing struck everywhere, fewer faults, fewer matches struck, earlier.
[[nodiscard]] bool weaker(const Point& a, const Point& b);

} // namespace faultline::explore
