// A finding once more, in surroundings as it was found in: what becomes of its point, and of weaker ones.
#pragma once

#include "explore/explorer.hpp"
#include "explore/verdicts.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace faultline::explore {

class Repetition {
public:
    /// Starts one worker below `root` and learns the baseline. Only while this process has one thread.
    Repetition(Options options, const std::string& root, const Prepare& prepare);

    [[nodiscard]] const std::string& problem() const { return summary_.problem; } // empty: runs can be made
    [[nodiscard]] bool baseline_trouble() const { return summary_.baseline_trouble; }

    /// One run, and what became of it. `expected` decides how long it may take: what hung would only hang longer.
    [[nodiscard]] Outcome run(const Point& point, Class expected);
    /// The plan of a point, as `faultline run` takes it.
    [[nodiscard]] std::string plan(const Point& point) const;

private:
    Options options_;
    Summary summary_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::chrono::nanoseconds limit_{0};
    Verdicts verdicts_{summary_.baseline};
};

/// The weakest point below this one of which `same` holds: without a strike that is not needed, each strike for as few
/// matches as will do, the first one if that will do. The point itself is taken to hold.
[[nodiscard]] Point weakest(const Point& point, const std::function<bool(const Point&)>& same);

} // namespace faultline::explore
