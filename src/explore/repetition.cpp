#include "explore/repetition.hpp"

#include "explore/baseline.hpp"
#include "explore/confirm.hpp"
#include "explore/workers.hpp"
#include "run/ddmin.hpp"

namespace faultline::explore {

Repetition::Repetition(Options options, const std::string& root, const Prepare& prepare) : options_(std::move(options))
{
    options_.jobs = 1;
    summary_.problem = start_workers(options_, root, prepare, workers_);
    if (summary_.problem.empty() && learn_baseline(*workers_.front(), options_, summary_, limit_))
        verdicts_.begin(limit_);
}

std::string Repetition::plan(const Point& point) const
{
    return plan_of(point, summary_.baseline.run.processes > 1, false);
}

Outcome Repetition::run(const Point& point, Class expected)
{
    auto& worker = *workers_.front();
    Outcome outcome;
    const auto limit = limit_ * (expected == Class::hang ? 1 : longer);
    const auto seen = verdicts_.observe(worker, plan(point) + "\n[stats]\nrender = false\n", limit, outcome, true);
    if (outcome.kind == Class::crash && !seen.end.crashed())
        verdicts_.settle_child(seen, worker.enclosure().last_crash(), outcome);
    if (options_.stop != nullptr && options_.stop->load()) return {Class::unstable, "it was interrupted"};
    if (auto trouble = verdicts_.trouble(); !trouble.empty()) return {Class::unstable, "the run is void: " + trouble};
    return outcome;
}

Point weakest(const Point& point, const std::function<bool(const Point&)>& same)
{
    const auto of = [&point](const std::vector<std::size_t>& chosen) {
        Point some;
        for (const auto each : chosen)
            some.strikes.push_back(point.strikes[each]);
        return some;
    };
    auto result =
        of(run::ddmin(point.strikes.size(), [&](const std::vector<std::size_t>& chosen) { return same(of(chosen)); }));
    for (auto& strike : result.strikes) {
        const auto before = strike;
        for (const auto persistence : {Persistence::once, Persistence::twice, Persistence::thrice, Persistence::on}) {
            if (persistence >= before.persistence) break;
            strike.persistence = persistence;
            if (same(result)) break;
            strike.persistence = before.persistence;
        }
        if (before.occurrence == 1) continue;
        strike.occurrence = 1;
        if (same(result))
            strike.call = 0; // that was the number of the other one
        else
            strike.occurrence = before.occurrence;
    }
    return result;
}

} // namespace faultline::explore
