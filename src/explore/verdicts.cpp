#include "explore/verdicts.hpp"

#include "explore/gather.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <mutex>

namespace faultline::explore {

namespace {

/// A plan has to have a fault. What it names is hardly ever called, so the run costs what a run under a fault costs; one
/// that traces takes several times as long.
constexpr const char* plan_that_does_nothing =
    "[[fault]]\nname = \"none\"\nfunctions = \"syncfs\"\ntype = \"delay\"\ndelay = \"0ns\"\n[stats]\nrender = false\n";

/// Whether an outcome is one by comparison with the baseline: not where a signal or its time has ended the run.
bool is_compared(Class kind)
{
    return is_finding(kind) && kind != Class::crash && kind != Class::abort && kind != Class::hang;
}

bool rests_on_recovery(Class kind)
{
    return kind == Class::cannot_recover || kind == Class::lost || kind == Class::false_failure;
}

std::string ending(const End& end)
{
    if (end.timed_out) return "does not end";
    return end.crashed() ? fmt::format("is killed by signal {}", end.signal())
                         : fmt::format("exits {}", end.exit_status());
}

} // namespace

void Verdicts::begin(std::chrono::nanoseconds limit)
{
    limit_ = limit;
    masked_at_first_ = baseline_.mask.described();
}

Outcome Verdicts::classified(const Observation& seen) const
{
    const std::shared_lock lock(mutex_);
    return classify(baseline_, seen);
}

Observation Verdicts::run(Worker& worker, const std::string& plan, std::chrono::nanoseconds limit, bool traced)
{
    auto seen = worker.run(plan, limit, traced);
    if (*seen.end.trouble != '\0') {
        const std::unique_lock lock(mutex_);
        trouble_ = seen.end.trouble;
    }
    return seen;
}

std::string Verdicts::trouble() const
{
    const std::shared_lock lock(mutex_);
    return trouble_;
}

Observation Verdicts::observe(Worker& worker, const std::string& plan, std::chrono::nanoseconds limit, Outcome& outcome,
                              bool traced)
{
    auto seen = run(worker, plan, limit, traced);
    bool recovers = false;
    {
        const std::shared_lock lock(mutex_);
        recovers = needs_recovery(baseline_, seen);
    }
    if (recovers) worker.run_recovery(seen, limit);
    outcome = classified(seen);
    if (!is_compared(outcome.kind)) return seen;
    auto beyond = look_again(worker, rests_on_recovery(outcome.kind));
    outcome = beyond.empty() ? classified(seen) : Outcome{Class::unstable, "without any fault " + std::move(beyond)};
    return seen;
}

void Verdicts::settle_child(const Observation& seen, const Crash& crash, Outcome& outcome) const
{
    const std::shared_lock lock(mutex_);
    explore::settle_child(baseline_, seen, crash, outcome);
}

std::string Verdicts::look_again(Worker& worker, bool recovers)
{
    constexpr int patient = 4; // nothing is to be learnt of a machine that is busy for a moment
    auto now = run(worker, plan_that_does_nothing, limit_ * patient);
    if (recovers && baseline_.recovery_of_run && !now.end.timed_out) worker.run_recovery(now, limit_ * patient);
    const auto& then = baseline_.run;
    const auto failed = [](const std::optional<End>& end) { return end && end->status != 0; };
    std::string beyond;
    if (!now.problems.empty())
        beyond = fmt::format("it cannot be run any more: {}", now.problems.front());
    else if (now.end.status != then.end.status || now.end.timed_out)
        beyond = fmt::format("it {} by now, and no longer {}", ending(now.end), ending(then.end));
    else if (failed(now.check))
        beyond = "--check fails by now";
    else if (now.recovery && now.recovery->status != baseline_.recovery_of_run->status)
        beyond = fmt::format("the recovery {} by now, and no longer {}", ending(*now.recovery),
                             ending(*baseline_.recovery_of_run));
    const std::unique_lock lock(mutex_);
    if (!beyond.empty()) return beyond_ = beyond;
    if (!baseline_.mask.agree(then, now)) baseline_.mask.learn(then, now);
    return {};
}

bool Verdicts::changed() const
{
    const std::shared_lock lock(mutex_);
    return !beyond_.empty() || baseline_.mask.described() != masked_at_first_;
}

std::vector<std::string> Verdicts::notes() const
{
    const std::shared_lock lock(mutex_);
    std::vector<std::string> notes;
    for (const auto& each : baseline_.mask.described())
        if (std::ranges::find(masked_at_first_, each) == masked_at_first_.end())
            notes.push_back(fmt::format("differs without any fault from what it was at first, and is masked since that "
                                        "was seen: {}",
                                        each));
    if (!beyond_.empty())
        notes.push_back(
            fmt::format("without any fault {}: what was seen from then on says nothing of the program", beyond_));
    return notes;
}

} // namespace faultline::explore
