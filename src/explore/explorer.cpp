#include "explore/explorer.hpp"

#include "explore/baseline.hpp"
#include "explore/confirm.hpp"
#include "explore/gather.hpp"
#include "explore/journal.hpp"
#include "explore/power_cuts.hpp"
#include "explore/queue.hpp"
#include "explore/verdicts.hpp"
#include "explore/workers.hpp"
#include "report/stack.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fmt/format.h>
#include <mutex>
#include <thread>

namespace faultline::explore {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr int level_of_put_aside = 1000;

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

class Exploration {
public:
    Exploration(Options& options, const std::function<void(const Progress&)>& tell, Summary& summary)
        : options_(options), tell_(tell), summary_(summary)
    {}

    void run(const std::string& root, const Prepare& prepare)
    {
        began_ = Clock::now();
        if (auto problem = start_workers(options_, root, prepare, workers_); !problem.empty())
            return void(fail(problem));
        if (!baseline() || !start_fork_servers() || !open_journal()) return;
        fill_queue();
        if (summary_.known_points == 0 && !tries_power_cuts(options_)) {
            summary_.problem = summary_.sites.empty() ? "no call that can fail was seen in the command"
                                                      : "nothing of what is to be tried fits a call of the command";
            summary_.baseline_trouble = true;
            return;
        }
        trying_since_ = Clock::now();
        std::vector<std::thread> threads;
        for (auto& worker : workers_)
            threads.emplace_back([this, &worker] { work(*worker); });
        for (auto& thread : threads)
            thread.join();
        if (!summary_.problem.empty()) return;
        say_what_is_missing();
        confirm_all(findings_, workers_, verdicts_,
                    {[this](const Point& point) { return plan_for(point, false); }, limit_, options_.stop});
        join_explained_findings();
        if (options_.stop == nullptr || !options_.stop->load()) leave_out_unsteady();
        if (is_void()) return;
        if (tries_power_cuts(options_)) cut_power(*workers_.front(), options_, time_left(), tell_, summary_);
        finish();
    }

private:
    bool fail(std::string problem) { return summary_.problem = std::move(problem), false; }

    bool baseline()
    {
        if (!learn_baseline(*workers_.front(), options_, summary_, limit_)) return false;
        tree_ = summary_.baseline.run.processes > 1;
        verdicts_.begin(limit_);
        return true;
    }

    /// False where one is required and cannot be.
    bool start_fork_servers()
    {
        if (options_.fork_server == ForkServing::off) return true;
        auto& problem = summary_.not_forked;
        for (auto& worker : workers_)
            if (problem.empty()) problem = worker->start_fork_server();
        if (problem.empty()) problem = difference_of_forked(*workers_.front(), summary_.baseline, limit_);
        forks_ = problem.empty();
        if (forks_) return true;
        for (auto& worker : workers_)
            worker->stop_fork_server();
        return options_.fork_server != ForkServing::required ||
               fail(fmt::format("--fork-server=on: runs cannot be begun by a fork server: {}", problem));
    }

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
        for (const auto& source : sources) {
            std::error_code absent;
            if (!options_.merge.empty() && !std::filesystem::is_regular_file(source, absent))
                return fail(fmt::format("--merge: {} is not there: the directory of an exploration has one", source));
            for (auto& note : Journal::add(source, done_))
                summary_.notes.push_back(std::move(note));
        }
        if (auto problem = write_settings(options_.settings, options_.output); !problem.empty()) return fail(problem);
        if (auto problem = journal_.open(path, options_.resume); !problem.empty())
            return fail(fmt::format("{}: {}", path, problem));
        if (!options_.merge.empty())
            for (const auto& [id, line] : done_)
                if (auto problem = journal_.append(line); !problem.empty()) return fail(std::move(problem));
        return true;
    }

    void fill_queue()
    {
        for (const auto& site : summary_.sites) {
            const auto tries = tries_of(site.function, options_.families, options_.through_door);
            summary_.pairs += tries.size();
            add_site(queue_, site, tries, options_.every);
            sites_[{site.function, site.id}] = site;
        }
        if (options_.sample != 0) queue_.draw_sample(options_.sample, options_.seed);
        summary_.known_points = queue_.known();
    }

    [[nodiscard]] nanoseconds time_left() const
    {
        constexpr std::chrono::hours long_enough{24 * 365};
        if (!summary_.problem.empty() || (options_.stop != nullptr && options_.stop->load())) return nanoseconds(0);
        return options_.time.count() == 0 ? long_enough : options_.time - (Clock::now() - trying_since_);
    }
    [[nodiscard]] bool over() const { return time_left().count() <= 0; }

    void work(Worker& worker)
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return queue_.size() != 0 || running_ == 0 || over(); });
            if (over()) {
                if (queue_.size() != 0 && summary_.stopped.empty() && summary_.problem.empty())
                    summary_.stopped =
                        options_.stop != nullptr && options_.stop->load() ? was_interrupted : "the time is up";
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
        auto seen = verdicts_.observe(worker, plan_for(point, false), limit, outcome, traced);
        if (forks_ && !traced && !seen.end.forked) ++executed_;
        return seen;
    }

    /// Whether there was a run of which nothing is known: then there is no more to explore.
    bool is_void()
    {
        const auto trouble = verdicts_.trouble();
        if (trouble.empty()) return false;
        const std::lock_guard lock(mutex_);
        fail(fmt::format("a run is void: {}", trouble));
        return true;
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
            if (child_died) verdicts_.settle_child(seen, crash, outcome);
        }
        Line line{id, point, outcome, seen.end, seen.matched, {}, {}};
        if (is_finding(outcome.kind) && !absorbs(point.strikes.back())) note_finding(line, seen, crash);
        if (options_.depth > 1 && point.strikes.size() < static_cast<std::size_t>(options_.depth) &&
            outcome.kind != Class::not_reached && point.strikes.back().persistence != Persistence::everywhere)
            line.new_sites = new_sites(worker, point);
        if (!is_void()) settle(line); // else a journal would tell later what is not so
    }

    /// Sites that the run has and the baseline has not: the handling of the fault.
    std::vector<Site> new_sites(Worker& worker, const Point& point)
    {
        auto seen = verdicts_.run(worker, plan_for(point, true), limit_);
        std::vector<Site> fresh;
        for (auto& site : seen.sites)
            if (!sites_.contains({site.function, site.id}) && !before_program(site.stack))
                fresh.push_back(std::move(site));
        return fresh;
    }

    /// What a journal tells of a point.
    void replay(const Line& line)
    {
        auto copy = line;
        if (is_finding(line.outcome.kind) && !absorbs(line.point.strikes.back())) note_finding(copy, {}, {});
        settle(copy, false);
    }

    [[nodiscard]] std::optional<Site> site_of(const Strike& strike) const
    {
        const auto place = sites_.find({strike.function, strike.site});
        return place == sites_.end() ? std::nullopt : std::optional(place->second);
    }

    [[nodiscard]] bool absorbs(const Strike& strike) const
    {
        return is_absorbed(options_.absorbed, strike, site_of(strike));
    }

    void note_finding(Line& line, const Observation& seen, const Crash& crash)
    {
        const auto site = site_of(line.point.strikes.back());
        if (line.key.empty()) line.key = merge_key(line.outcome, line.point, site, crash);
        const std::lock_guard lock(mutex_);
        gather(findings_, summary_.sites, line, site, seen, crash);
        findings_.at(line.key).known = options_.known.contains(line.key);
    }

    void join_explained_findings()
    {
        const auto gone =
            join_explained(findings_, {[this](const Strike& strike) { return site_of(strike); }, options_.absorbed});
        for (auto& run : summary_.runs)
            if (const auto found = gone.find(run.key); found != gone.end())
                run.key = found->second == absorbed ? std::string() : found->second;
    }

    /// Findings that did not come again, of a command that does by itself something else by now.
    void leave_out_unsteady()
    {
        static_cast<void>(verdicts_.look_again(*workers_.front(), true));
        if (!verdicts_.changed()) return;
        for (auto& note : verdicts_.notes())
            summary_.notes.push_back(std::move(note));
        const auto left_out = std::erase_if(findings_, [this](const auto& each) {
            const auto& [key, finding] = each;
            if (finding.repeated != 1) return false;
            for (auto& run : summary_.runs)
                if (run.key == key) run = {run.id, run.strikes, Class::unstable, run.detail, {}};
            return true;
        });
        if (left_out != 0)
            summary_.notes.push_back(
                fmt::format("{} findings did not come again since, and are not counted", left_out));
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
        if (is_new)
            if (auto problem = journal_.append(line); !problem.empty()) fail(std::move(problem));
        summary_.runs.push_back(
            {id_text(line.id), as_record(line.point), line.outcome.kind, line.outcome.detail, line.key});
        const auto& strike = line.point.strikes.back();
        if (line.outcome.kind != Class::not_reached && line.outcome.kind != Class::hang)
            add_followups(queue_, line.point, {line.matched, !is_killed(line.outcome.kind), options_.every},
                          level_of(strike, options_.families));
        for (const auto& site : line.new_sites)
            add_site(queue_, site, tries_of(site.function, options_.families, options_.through_door), false,
                     line.point.strikes);
        Progress progress{.done = points_, .known = queue_.known(), .seconds = seconds_since(began_)};
        for (const auto& [key, finding] : findings_)
            ++progress.findings[finding.kind];
        if (tell_) tell_(progress);
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
    Verdicts verdicts_{summary_.baseline};
    std::vector<std::unique_ptr<Worker>> workers_;
    Clock::time_point began_, trying_since_;
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

Summary explore(Options options, const std::string& root, const Prepare& prepare,
                const std::function<void(const Progress&)>& tell)
{
    Summary summary;
    summary.notes = options.notes;
    Exploration(options, tell, summary).run(root, prepare);
    return summary;
}

} // namespace faultline::explore
