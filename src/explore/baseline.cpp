#include "explore/baseline.hpp"

#include "explore/explorer.hpp"
#include "explore/outside.hpp"
#include "report/stack.hpp"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace faultline::explore {

namespace {

using std::chrono::nanoseconds;

constexpr std::chrono::seconds patience_of_baseline{60};

class Lesson {
public:
    Lesson(Worker& worker, const Options& options, Summary& summary, nanoseconds& limit)
        : worker_(worker), options_(options), summary_(summary), limit_(limit)
    {}

    bool learn()
    {
        auto& worker = worker_;
        auto& base = summary_.baseline;
        if (const auto problem = worker.refresh(); !problem.empty()) return fail(problem);
        base.pristine = worker.tree();
        const auto trace = plan_that_traces();
        auto first = watched_run();
        const auto plain = first.end.timed_out ? first : worker.run("", patience_of_baseline);
        auto second = worker.run(trace, patience_of_baseline);
        if (!plain.problems.empty()) return fail(plain.problems.front());
        if (!first.problems.empty()) return fail(first.problems.front());
        for (const auto* seen : {&first, &second})
            if (*seen->end.trouble != '\0') return fail(seen->end.trouble);
        if (plain.end.timed_out)
            return fail(
                fmt::format("the command does not end within {} s without any fault", patience_of_baseline.count()));
        if (!first.armed) return fail("the faults were not armed in the command: it cannot be preloaded");
        base.mask.learn(plain, first);
        base.mask.learn(first, second);
        base.mask.learn(plain, second);
        auto third = worker.run(trace, patience_of_baseline);
        if (*third.end.trouble != '\0') return fail(third.end.trouble);
        if (!base.mask.agree(plain, first) || !base.mask.agree(first, third)) {
            base.mask.learn(first, third);
            const auto fourth = worker.run(trace, patience_of_baseline);
            if (!base.mask.agree(first, fourth) || !base.mask.agree(plain, fourth)) return unstable(first, fourth);
        }
        for (const auto& each : base.mask.described())
            summary_.notes.push_back(fmt::format("differs from run to run, and is masked: {}", each));
        if (first.check && first.check->status != 0) return fail("--check fails without any fault");
        recovery_baseline(worker, first);
        limit_ = options_.timeout.count() != 0 ? options_.timeout
                                               : nanoseconds(static_cast<std::int64_t>(
                                                     (10 * std::max(first.end.seconds, third.end.seconds) + 1) * 1e9));
        summary_.sites = first.sites;
        if (options_.through_door)
            if (const auto left =
                    std::erase_if(summary_.sites, [](const Site& site) { return before_program(site.stack); });
                left != 0)
                summary_.notes.push_back(fmt::format("{} sites of libc's own start, before main, are not tried", left));
        base.run = std::move(first);
        if (base.run.end.exit_status() != 0)
            summary_.notes.push_back(fmt::format("without any fault the command {}",
                                                 base.run.end.crashed()
                                                     ? fmt::format("is killed by signal {}", base.run.end.signal())
                                                     : fmt::format("exits {}", base.run.end.exit_status())));
        return true;
    }

private:
    bool fail(std::string problem)
    {
        summary_.problem = std::move(problem);
        return false;
    }

    /// The very first run: what it removes elsewhere is not there for the next.
    Observation watched_run()
    {
        const auto& surroundings = options_.work.surroundings;
        const std::vector<std::string> own{surroundings.working, surroundings.view};
        timespec began{};
        ::clock_gettime(CLOCK_REALTIME_COARSE, &began);
        auto seen = worker_.run(plan_that_traces(watch_outside(own)), patience_of_baseline);
        auto paths = written_outside(seen, own, surroundings.working, began);
        seen.struck.clear();
        constexpr std::size_t most = 4;
        const auto more = paths.size() > most ? fmt::format(" and {} more", paths.size() - most) : "";
        paths.resize(std::min(most, paths.size()));
        if (!paths.empty())
            summary_.notes.push_back(fmt::format(
                "it writes where all runs meet, and what becomes of it there is not compared: {}{} (let --workdir name "
                "a "
                "directory that holds it, or have it lie below HOME or TMPDIR, of which each run has its own; --env "
                "NAME=VALUE sets another variable)",
                fmt::join(paths, ", "), more));
        return seen;
    }

    bool unstable(const Observation& a, const Observation& b)
    {
        summary_.baseline_trouble = true;
        const auto& mask = summary_.baseline.mask;
        std::string what = difference(mask.tree(a.tree), mask.tree(b.tree));
        if (a.end.status != b.end.status)
            what = fmt::format("its exit status is {} and {}", a.end.exit_status(), b.end.exit_status());
        if (what.empty()) what = mask.out(a.out) != mask.out(b.out) ? "its output changes" : "its error output changes";
        return fail(fmt::format("the command differs from run to run without any fault: {}", what));
    }

    void recovery_baseline(Worker& worker, Observation& after_run)
    {
        if (!options_.work.has_recovery) return;
        auto& base = summary_.baseline;
        auto fresh = Observation();
        static_cast<void>(worker.refresh());
        worker.run_recovery(fresh, patience_of_baseline);
        base.recovery_of_pristine = fresh.recovery;
        base.recovered_pristine = std::move(*fresh.recovered_tree);
        after_run = worker.run(plan_that_traces(), patience_of_baseline);
        auto again = after_run;
        worker.run_recovery(again, patience_of_baseline);
        base.recovery_of_run = again.recovery;
        base.recovered_run = std::move(*again.recovered_tree);
    }

    Worker& worker_;
    const Options& options_;
    Summary& summary_;
    nanoseconds& limit_;
};

} // namespace

std::string plan_that_traces(const std::string& more)
{
    return plan_of({}, false, true) + "[stats]\nrender = false\n" + more;
}

bool learn_baseline(Worker& worker, const Options& options, Summary& summary, nanoseconds& limit)
{
    return Lesson(worker, options, summary, limit).learn();
}

std::string difference_of_forked(Worker& worker, const Baseline& base, nanoseconds limit)
{
    const auto forked = worker.run(plan_that_traces(), limit);
    if (!forked.end.forked) return "it ends before the first run";
    if (!base.mask.agree(base.run, forked)) return "a run that it begins has another result";
    if (forked.replaced)
        return "the program executes another one in its own place, which would have to be loaded all the same";
    const auto same = [](const Site& a, const Site& b) {
        return a.function == b.function && a.id == b.id && a.calls == b.calls && a.lineage == b.lineage;
    };
    const auto& sites = base.run.sites;
    if (forked.processes != base.run.processes || !std::ranges::equal(forked.sites, sites, same))
        return "a run that it begins makes other calls";
    return forked.open_descriptors == base.run.open_descriptors ? "" : "a run that it begins has other descriptors";
}

} // namespace faultline::explore
