// What is to be tried, the newest kind of thing first: a site that was not tried before a second error at one that was,
// first occurrences before later ones, families in turn. So a short exploration has seen the widest possible part.
#pragma once

#include "explore/point.hpp"

#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace faultline::explore {

struct Pending {
    Point point;
    int attempt = 0; // 1: it reached its time limit before
};

class Queue {
public:
    /// Adds a point unless it was added before. `level`: 0 is tried first.
    bool add(int level, Point point, int attempt = 0);
    [[nodiscard]] std::optional<Pending> take();
    /// Forgets all but `most` points, which `seed` draws. What is added later is taken as ever.
    void draw_sample(std::uint64_t most, std::uint64_t seed);
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    [[nodiscard]] std::size_t known() const { return known_.size(); } // ever added

private:
    std::map<std::tuple<int, std::size_t, std::size_t>, Pending> waiting_; // level, turn of its family, serial
    std::map<std::pair<int, std::string>, std::size_t> turns_;
    std::set<std::uint64_t> known_;
    std::size_t serial_ = 0;
};

/// Which of a site's matches are tried.
[[nodiscard]] std::vector<std::uint64_t> occurrences(std::uint64_t calls, bool every);

/// Queues what can be tried at a site: each try once, at each occurrence.
void add_site(Queue& queue, const Site& site, const std::vector<Try>& tries, bool every,
              const std::vector<Strike>& before = {});

/// The level at which a strike's error is tried first at its site: what follows from it waits as long.
[[nodiscard]] int level_of(const Strike& strike, const std::vector<std::string>& families);

/// What a point's run tells of others that are worth trying.
struct Followed {
    std::uint64_t matched = 0; // of the site's calls, struck or not
    bool goes_on = false;      // after the strike: no signal ended it
    bool every = false; // of what strikes everywhere: from each match on that is tried, not only from a site's first
};

/// Queues what only makes sense once a point was run: striking more of the site's matches, where there were more, and
/// whatever else fails in that state of the machine.
void add_followups(Queue& queue, const Point& point, const Followed& run, int level);

} // namespace faultline::explore
