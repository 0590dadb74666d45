// What becomes of runs, judged by a baseline that may turn out to have been too short: the minute on a clock changes, a
// disk fills up, a counter gets another digit. So before anything that rests on a comparison is held against a program, the
// command runs once more without faults; what differs by then is masked from there on.
#pragma once

#include "explore/enclosure.hpp"
#include "explore/outcome.hpp"
#include "explore/worker.hpp"

#include <chrono>
#include <shared_mutex>
#include <string>
#include <vector>

namespace faultline::explore {

class Verdicts {
public:
    /// The baseline's mask is this object's from now on: no other reads it while runs are judged.
    explicit Verdicts(Baseline& baseline) : baseline_(baseline) {}
    /// Once the baseline is known; `limit` is that of a run.
    void begin(std::chrono::nanoseconds limit);

    /// A run under a plan; where it is void, that is kept. Any thread.
    [[nodiscard]] Observation run(Worker& worker, const std::string& plan, std::chrono::nanoseconds limit,
                                  bool traced = false);
    /// Why a run was void, so that nothing is known of what came of it; empty: none was. Any thread.
    [[nodiscard]] std::string trouble() const;

    /// Such a run, its recovery where it can only be judged by that, and what became of it. Any thread.
    [[nodiscard]] Observation observe(Worker& worker, const std::string& plan, std::chrono::nanoseconds limit,
                                      Outcome& outcome, bool traced = false);
    /// What a child's death was, once it is known how it died. Any thread.
    void settle_child(const Observation& seen, const Crash& crash, Outcome& outcome) const;

    /// Runs the command without faults and masks what differs by now. Returns why the two cannot be compared at all:
    /// "it exits 3 by now, and not 0"; empty: they can. `recovers`: the recovery as well. Any thread.
    [[nodiscard]] std::string look_again(Worker& worker, bool recovers);
    /// Whether anything had to be masked since the beginning, and what: a line for each thing.
    [[nodiscard]] bool changed() const;
    [[nodiscard]] std::vector<std::string> notes() const;

private:
    [[nodiscard]] Outcome classified(const Observation& seen) const;

    Baseline& baseline_;
    std::chrono::nanoseconds limit_{0};
    std::vector<std::string> masked_at_first_;
    mutable std::shared_mutex mutex_; // over the mask and what follows
    std::string beyond_;              // the last answer of look_again that was none
    std::string trouble_;
};

} // namespace faultline::explore
