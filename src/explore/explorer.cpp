#include "explore/explorer.hpp"

#include "explore/journal.hpp"
#include "explore/queue.hpp"
#include "plan/glob.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <tuple>

namespace faultline::explore {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr std::chrono::seconds patience_of_baseline{60};
constexpr int longer = 4; // times the limit, for a point that reached it once
constexpr int level_of_put_aside = 1000;
constexpr int confirmations = 3;

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

class Exploration {
public:
    Exploration(Options& options, const std::function<void(const Progress&)>& tell, Summary& summary)
        : options_(options), tell_(tell), summary_(summary)
    {}

    void run(const std::string& root, const std::function<std::vector<Command>(const std::string&)>& prepare)
    {
        began_ = Clock::now();
        if (!start_workers(root, prepare) || !baseline() || !start_fork_servers() || !open_journal()) return;
        fill_queue();
        if (summary_.known_points == 0) {
            summary_.problem = summary_.sites.empty() ? "no call that can fail was seen in the command"
                                                      : "nothing of what is to be tried fits a call of the command";
            summary_.baseline_trouble = true;
            return;
        }
        std::vector<std::thread> threads;
        for (auto& worker : workers_)
            threads.emplace_back([this, &worker] { work(*worker); });
        for (auto& thread : threads)
            thread.join();
        say_what_is_missing();
        confirm_all();
        finish();
    }

private:
    bool fail(std::string problem)
    {
        summary_.problem = std::move(problem);
        return false;
    }

    bool start_workers(const std::string& root, const std::function<std::vector<Command>(const std::string&)>& prepare)
    {
        auto& surroundings = options_.work.surroundings;
        surroundings.view = root + "/run";
        surroundings.stop = options_.stop;
        if (::mkdir(surroundings.view.c_str(), 0700) != 0) return fail(std::strerror(errno));
        surroundings.commands = prepare(surroundings.view);
        // What is copied for each run is itself a copy, so that neither our output nor anybody's work changes it.
        if (!options_.work.original.empty()) {
            const auto once = root + "/original";
            if (::mkdir(once.c_str(), 0700) != 0) return fail(std::strerror(errno));
            if (auto problem = copy_tree(options_.work.original, once, options_.output, options_.work.limits);
                !problem.empty())
                return fail(problem);
            options_.work.original = once;
        }
        for (unsigned i = 0; i < options_.jobs; ++i) {
            auto worker = std::make_unique<Worker>(options_.work, root, fmt::format("w{}", i));
            if (!worker->problem().empty()) return fail(worker->problem());
            const auto& isolation = worker->enclosure().isolation();
            if (!isolation.mounts) return fail_without_mounts(isolation);
            workers_.push_back(std::move(worker));
        }
        return true;
    }

    bool fail_without_mounts(const Isolation& isolation)
    {
        return fail(fmt::format("the kernel allows no mount namespace here ({}): run it as root, or allow user "
                                "namespaces (sysctl kernel.unprivileged_userns_clone=1)",
                                isolation.missing));
    }

    // --- before the first fault ------------------------------------------------------------------------------------

    bool baseline()
    {
        auto& worker = *workers_.front();
        auto& base = summary_.baseline;
        if (const auto problem = worker.refresh(); !problem.empty()) return fail(problem);
        base.pristine = worker.tree();
        const auto trace = plan_of({}, false, true) + "[stats]\nrender = false\n";
        const auto plain = worker.run("", patience_of_baseline);
        auto first = worker.run(trace, patience_of_baseline);
        auto second = worker.run(trace, patience_of_baseline);
        if (!plain.problems.empty()) return fail(plain.problems.front());
        if (!first.problems.empty()) return fail(first.problems.front());
        if (plain.end.timed_out)
            return fail(
                fmt::format("the command does not end within {} s without any fault", patience_of_baseline.count()));
        if (!first.armed) return fail("the faults were not armed in the command: it cannot be preloaded");
        base.mask.learn(plain, first);
        base.mask.learn(first, second);
        base.mask.learn(plain, second);
        auto third = worker.run(trace, patience_of_baseline);
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
        tree_ = first.processes > 1;
        base.run = std::move(first);
        if (base.run.end.exit_status() != 0)
            summary_.notes.push_back(fmt::format("without any fault the command {}",
                                                 base.run.end.crashed()
                                                     ? fmt::format("is killed by signal {}", base.run.end.signal())
                                                     : fmt::format("exits {}", base.run.end.exit_status())));
        return true;
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

    /// False where one is required and cannot be.
    bool start_fork_servers()
    {
        if (options_.fork_server == ForkServing::off) return true;
        auto& problem = summary_.not_forked;
        for (auto& worker : workers_)
            if (problem.empty()) problem = worker->start_fork_server();
        if (problem.empty()) problem = difference_of_forked();
        forks_ = problem.empty();
        if (forks_) return true;
        for (auto& worker : workers_)
            worker->stop_fork_server();
        return options_.fork_server != ForkServing::required ||
               fail(fmt::format("--fork-server=on: runs cannot be begun by a fork server: {}", problem));
    }

    /// What a run of the fork server does otherwise than one of a new process; empty: nothing.
    std::string difference_of_forked()
    {
        const auto& base = summary_.baseline;
        const auto forked = workers_.front()->run(plan_of({}, false, true) + "[stats]\nrender = false\n", limit_);
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

    void recovery_baseline(Worker& worker, Observation& after_run)
    {
        if (!options_.work.has_recovery) return;
        auto& base = summary_.baseline;
        auto fresh = Observation();
        static_cast<void>(worker.refresh());
        worker.run_recovery(fresh, patience_of_baseline);
        base.recovery_of_pristine = fresh.recovery;
        base.recovered_pristine = std::move(*fresh.recovered_tree);
        after_run = worker.run(plan_of({}, false, true) + "[stats]\nrender = false\n", patience_of_baseline);
        auto again = after_run;
        worker.run_recovery(again, patience_of_baseline);
        base.recovery_of_run = again.recovery;
        base.recovered_run = std::move(*again.recovered_tree);
    }

    // --- what is to be tried ---------------------------------------------------------------------------------------

    bool open_journal()
    {
        std::error_code error;
        std::filesystem::create_directories(options_.output + "/findings", error);
        if (error) return fail(fmt::format("{} cannot be made: {}", options_.output, error.message()));
        const auto path = options_.output + "/journal.jsonl";
        std::vector<std::string> sources; // whose runs are not made again
        for (const auto& directory : options_.merge)
            sources.push_back(directory + "/journal.jsonl");
        if (options_.resume) sources.push_back(path);
        for (const auto& source : sources)
            if (auto problem = read_journal(source); !problem.empty()) return fail(problem);
        if (auto problem = write_settings(options_.settings, options_.output); !problem.empty()) return fail(problem);
        if (auto problem = journal_.open(path, options_.resume); !problem.empty())
            return fail(fmt::format("{}: {}", path, problem));
        if (!options_.merge.empty())
            for (const auto& [id, line] : done_)
                journal_.append(line, false);
        return true;
    }

    /// Adds what a journal holds to what is done. A point that two of them hold was tried twice: the first line counts.
    std::string read_journal(const std::string& path)
    {
        std::error_code error;
        if (!options_.merge.empty() && !std::filesystem::is_regular_file(path, error))
            return fmt::format("--merge: {} is not there: the directory of an exploration has one", path);
        std::size_t unreadable = 0, contradictions = 0;
        for (auto& line : Journal::read(path, unreadable)) {
            const auto [known, is_new] = done_.try_emplace(line.id, line);
            if (!is_new && known->second.outcome.kind != line.outcome.kind) ++contradictions;
        }
        if (unreadable != 0)
            summary_.notes.push_back(fmt::format("{} lines of the journal {} cannot be read", unreadable, path));
        if (contradictions != 0)
            summary_.notes.push_back(fmt::format("{} points ended otherwise in {} than in the journals before it; what "
                                                 "came first counts",
                                                 contradictions, path));
        return {};
    }

    void fill_queue()
    {
        for (const auto& site : summary_.sites) {
            const auto tries = tries_of(site.function, options_.families);
            summary_.pairs += tries.size();
            add_site(queue_, site, tries, options_.every);
            sites_[{site.function, site.id}] = site;
        }
        if (options_.sample != 0) queue_.draw_sample(options_.sample, options_.seed);
        summary_.known_points = queue_.known();
    }

    // --- the runs --------------------------------------------------------------------------------------------------

    [[nodiscard]] bool over() const
    {
        return (options_.stop != nullptr && options_.stop->load()) ||
               (options_.time.count() != 0 && Clock::now() - began_ >= options_.time);
    }

    void work(Worker& worker)
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return queue_.size() != 0 || running_ == 0 || over(); });
            if (over()) {
                if (queue_.size() != 0 && summary_.stopped.empty())
                    summary_.stopped =
                        options_.stop != nullptr && options_.stop->load() ? "it was interrupted" : "the time is up";
                break;
            }
            auto next = queue_.take();
            if (!next) break; // and nothing runs that could add more
            if (next->point.root() % options_.shards + 1 != options_.shard) continue;
            if (!options_.merge.empty() && !done_.contains(next->point.id())) {
                ++missing_;
                continue;
            }
            ++running_;
            ++points_;
            lock.unlock();
            evaluate(worker, *next);
            lock.lock();
            --running_;
            changed_.notify_all();
        }
        changed_.notify_all();
    }

    [[nodiscard]] std::string plan_for(const Point& point, bool trace) const
    {
        return plan_of(point, tree_, trace) + "\n[stats]\nrender = false\n";
    }

    Observation observe(Worker& worker, const Point& point, nanoseconds limit, Outcome& outcome, bool traced = false)
    {
        const auto& base = summary_.baseline;
        auto seen = worker.run(plan_for(point, false), limit, traced);
        if (forks_ && !traced && !seen.end.forked) ++executed_;
        if (needs_recovery(base, seen)) worker.run_recovery(seen, limit);
        outcome = classify(base, seen);
        return seen;
    }

    void evaluate(Worker& worker, const Pending& next)
    {
        const auto& point = next.point;
        const auto id = point.id();
        if (const auto known = done_.find(id); known != done_.end()) return replay(known->second);
        Outcome outcome;
        auto seen = observe(worker, point, limit_ * (next.attempt == 0 ? 1 : longer), outcome);
        if (options_.stop != nullptr && options_.stop->load()) { // it was cut off
            const std::lock_guard lock(mutex_);
            --points_;
            return;
        }
        if (seen.end.timed_out && next.attempt == 0) {
            const std::lock_guard lock(mutex_);
            queue_.add(level_of_put_aside, point, 1);
            --points_;
            return;
        }
        Crash crash;
        const bool child_died = outcome.kind == Class::crash && !seen.end.crashed();
        if (is_killed(outcome.kind)) {
            Outcome again;
            static_cast<void>(observe(worker, point, limit_ * longer, again, true));
            crash = worker.enclosure().last_crash();
            if (child_died) settle_child(seen, outcome, crash);
        }
        Line line{id, point, outcome, seen.end, seen.matched, {}, {}};
        if (is_finding(outcome.kind) && !absorbs(point)) note_finding(line, seen, crash);
        if (options_.depth > 1 && point.strikes.size() < static_cast<std::size_t>(options_.depth) &&
            outcome.kind != Class::not_reached)
            line.new_sites = new_sites(worker, point);
        settle(line);
    }

    [[nodiscard]] static bool is_killed(Class kind) { return kind == Class::crash || kind == Class::abort; }

    /// A process of the tree left no word of its end: only a signal that means a crash makes it one.
    void settle_child(const Observation& seen, Outcome& outcome, const Crash& crash)
    {
        if (crash.signal == SIGABRT)
            outcome = {Class::abort, fmt::format("SIGABRT in {}", crash.program)};
        else if (crash.signal != 0)
            outcome.detail = fmt::format("SIG{} in {}", sigabbrev_np(crash.signal), crash.program);
        else {
            auto without = seen;
            without.died.clear();
            outcome = classify(summary_.baseline, without);
        }
    }

    /// Sites that the run has and the baseline has not: the handling of the fault.
    std::vector<Site> new_sites(Worker& worker, const Point& point)
    {
        auto seen = worker.run(plan_for(point, true), limit_);
        std::vector<Site> fresh;
        for (auto& site : seen.sites)
            if (!sites_.contains({site.function, site.id})) fresh.push_back(std::move(site));
        return fresh;
    }

    /// What a journal tells of a point.
    void replay(const Line& line)
    {
        auto copy = line;
        if (is_finding(line.outcome.kind) && !absorbs(line.point)) note_finding(copy, {}, {});
        settle(copy, false);
    }

    [[nodiscard]] std::optional<Site> site_of(const Strike& strike) const
    {
        const auto place = sites_.find({strike.function, strike.site});
        return place == sites_.end() ? std::nullopt : std::optional(place->second);
    }

    /// Whether a finding is told by the one point rather than by the other: the weaker one, the one whose site comes first
    /// in the trace. So the order of the runs decides nothing.
    [[nodiscard]] bool speaks_for(const Point& one, const Point& other) const
    {
        if (weaker(one, other) || weaker(other, one)) return weaker(one, other);
        const auto order = [this](const Point& point) {
            const auto& strike = point.strikes.back();
            const auto same = [&](const Site& site) {
                return site.id == strike.site && site.function == strike.function;
            };
            return std::tuple(std::ranges::find_if(summary_.sites, same) - summary_.sites.begin(), point.id());
        };
        return order(one) < order(other);
    }

    [[nodiscard]] bool absorbs(const Point& point) const
    {
        const auto& strike = point.strikes.back();
        return !options_.absorbed.empty() && is_absorbed(options_.absorbed, strike, site_of(strike));
    }

    void note_finding(Line& line, const Observation& seen, const Crash& crash)
    {
        const auto site = site_of(line.point.strikes.back());
        if (line.key.empty()) line.key = merge_key(line.outcome, line.point, site, crash);
        const std::lock_guard lock(mutex_);
        const auto [found, is_new] = findings_.try_emplace(line.key);
        auto& finding = found->second;
        if (!is_new) {
            finding.others.push_back(line.point);
            if (!speaks_for(line.point, finding.point)) return;
            finding.others.back() = finding.point;
        }
        finding.kind = line.outcome.kind;
        finding.detail = line.outcome.detail;
        finding.key = line.key;
        finding.point = line.point;
        finding.known = options_.known.contains(line.key);
        finding.site = site;
        if (!seen.armed && !is_new) return; // it comes from a journal, which does not tell what the program said
        finding.crash = crash;
        finding.out = seen.out;
        finding.err = seen.err;
        finding.struck = seen.struck;
    }

    /// Repeats the point that speaks for each finding. That waits until it is known which one that is, so that it depends
    /// neither on the order of the runs nor on who made them.
    void confirm_all()
    {
        std::vector<Finding*> waiting;
        for (auto& [key, finding] : findings_)
            waiting.push_back(&finding);
        std::atomic<std::size_t> next = 0;
        std::vector<std::thread> threads;
        for (auto& worker : workers_)
            threads.emplace_back([&, &worker = *worker] {
                for (auto i = next++; i < waiting.size(); i = next++)
                    confirm(worker, *waiting[i]);
            });
        for (auto& thread : threads)
            thread.join();
    }

    void confirm(Worker& worker, Finding& finding)
    {
        const bool killed = is_killed(finding.kind);
        const bool hung = finding.kind == Class::hang; // it would only hang longer
        int repeated = 1;
        for (int i = 1; i < confirmations; ++i) {
            Outcome again;
            const auto seen = observe(worker, finding.point, limit_ * (hung ? 1 : longer), again, killed);
            if (options_.stop != nullptr && options_.stop->load()) return; // it was cut off, and tells nothing
            Crash crash;
            if (killed) {
                crash = worker.enclosure().last_crash();
                if (again.kind == Class::crash && !seen.end.crashed()) settle_child(seen, again, crash);
            }
            if (again.kind != finding.kind) continue;
            ++repeated;
            finding.crash = crash;
            finding.out = seen.out;
            finding.err = seen.err;
            finding.struck = seen.struck;
        }
        finding.repeated = repeated;
        finding.tried = confirmations;
    }

    /// What journals lack that are merged, and what they hold of a program that is not this one.
    void say_what_is_missing()
    {
        if (options_.merge.empty()) return;
        if (missing_ != 0) summary_.stopped = fmt::format("{} points are in none of the journals", missing_);
        if (done_.size() > points_)
            summary_.notes.push_back(fmt::format("{} lines of the journals strike what the command does not reach now: "
                                                 "was it built anew, or does it race?",
                                                 done_.size() - points_));
    }

    void settle(const Line& line, bool is_new = true)
    {
        const std::lock_guard lock(mutex_);
        if (is_new) journal_.append(line);
        summary_.runs.push_back(
            {id_text(line.id), as_record(line.point), line.outcome.kind, line.outcome.detail, line.key});
        const auto& strike = line.point.strikes.back();
        if (line.outcome.kind != Class::not_reached && line.outcome.kind != Class::hang)
            add_followups(queue_, line.point, line.matched, level_of(strike));
        for (const auto& site : line.new_sites)
            add_site(queue_, site, tries_of(site.function, options_.families), false, line.point.strikes);
        Progress progress{points_, queue_.known(), seconds_since(began_), {}};
        for (const auto& [key, finding] : findings_)
            ++progress.findings[finding.kind];
        if (tell_) tell_(progress);
    }

    /// The place of a strike's error among those of its function: what follows it waits as long.
    [[nodiscard]] int level_of(const Strike& strike) const
    {
        const auto tries = tries_of(strike.function, options_.families);
        const auto place = std::ranges::find(tries, strike.what);
        return static_cast<int>(place - tries.begin()) * 2;
    }

    void finish()
    {
        for (auto& [key, finding] : findings_)
            summary_.findings.push_back(std::move(finding));
        std::ranges::stable_sort(summary_.findings, {}, [](const Finding& each) { return each.kind; });
        summary_.points = points_;
        summary_.executed = executed_;
        summary_.known_points = queue_.known();
        summary_.seconds = seconds_since(began_);
    }

    Options& options_;
    const std::function<void(const Progress&)>& tell_;
    Summary& summary_;
    std::vector<std::unique_ptr<Worker>> workers_;
    Clock::time_point began_;
    nanoseconds limit_{0};
    bool tree_ = false;
    bool forks_ = false;                                          // a fork server begins the runs
    std::atomic<std::size_t> executed_ = 0;                       // … but these
    std::map<std::pair<std::string, std::uint32_t>, Site> sites_; // of the baseline; not changed while workers run
    std::map<std::uint64_t, Line> done_;                          // of the journal that is resumed

    std::mutex mutex_; // over all that follows
    std::condition_variable changed_;
    Queue queue_;
    Journal journal_;
    std::size_t running_ = 0, points_ = 0;
    std::size_t missing_ = 0; // in the journals that are merged
    std::map<std::string, Finding> findings_;
};

} // namespace

Summary explore(Options options, const std::string& root,
                const std::function<std::vector<Command>(const std::string&)>& prepare,
                const std::function<void(const Progress&)>& tell)
{
    Summary summary;
    Exploration(options, tell, summary).run(root, prepare);
    return summary;
}

} // namespace faultline::explore
