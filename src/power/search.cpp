#include "power/search.hpp"

#include "power/promises.hpp"
#include "power/sync_roles.hpp"
#include "power/verdict_log.hpp"
#include "run/ddmin.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <tuple>

namespace faultline::power {

using door::Did;
using Clock = std::chrono::steady_clock;

namespace {

class Search {
public:
    /// `known`: verdicts of earlier searches and other shards; nullptr: there is no check. `again`: the files and the
    /// verdicts were looked at already, and only states are wanted.
    Search(const door::Recording& recording, const Request& request, const std::function<void(const Progress&)>& tell,
           VerdictLog* known, bool again)
        : recording_(recording), request_(request), tell_(tell), micros_(cut(recording, {request.split_rename})),
          disks_(recording, micros_), known_(known), again_(again)
    {}

    Summary search()
    {
        out_.not_measured = micros_.untellable;
        const Tree last = disks_.tree({.cut = micros_.operations()});
        if (!again_)
            for (auto& each : differences(disks_, last, request_.left_out))
                out_.not_measured.push_back(std::move(each));
        if (!out_.not_measured.empty()) {
            out_.problem =
                "not measured: the recording is not all of what the run did, or the files were changed since";
            return std::move(out_);
        }
        read_acknowledgements();
        if (!out_.problem.empty() || (!again_ && !open_verdicts())) return std::move(out_);
        checks_.emplace(disks_, sources(disks_, last),
                        Setup{request_.check, request_.scratch, request_.timeout, request_.stop});
        if (!ends_are_clean()) return std::move(out_);
        for (const auto* rules : request_.models)
            models_.push_back(model(*rules, recording_, micros_));
        for (const auto& each : models_)
            collect(each);
        check_all();
        if (!again_) explain_all();
        out_.seconds = seconds();
        return std::move(out_);
    }

private:
    void read_acknowledgements()
    {
        const Promises promises(request_.acks, out_.problem);
        for (std::uint32_t i = 0; i < micros_.operations(); ++i) {
            const auto& operation = recording_.operations[i];
            if (operation.did != Did::acknowledge) continue;
            const std::string line(recording_.data(operation.bytes));
            if (auto promise = operation.call == "mark" ? line : promises.in(line)) acks_.emplace_back(i, *promise);
        }
        // A tool that says nothing promises by its exit.
        if (!request_.exit_acknowledges && (!acks_.empty() || !request_.acks.empty())) return;
        for (std::uint32_t i = 0; i < micros_.operations(); ++i)
            if (recording_.operations[i].did == Did::end && recording_.operations[i].value == 0)
                acks_.emplace_back(i, "exit 0");
    }

    /// Without a check there is nothing to remember: a state is judged in no time.
    bool open_verdicts()
    {
        if (known_ == nullptr) return true;
        for (const auto& directory : request_.merge)
            if (out_.problem.empty()) out_.problem = known_->add(directory, out_.notes);
        std::error_code error; // where nothing was begun yet, all is left to do
        if (request_.resume && std::filesystem::exists(VerdictLog::path_in(request_.output), error) &&
            out_.problem.empty())
            out_.problem = known_->add(request_.output, out_.notes);
        if (out_.problem.empty()) out_.problem = known_->open(request_.output);
        return out_.problem.empty();
    }

    void keep(const State& state, std::uint32_t acks, const Verdict& verdict)
    {
        if (verdict.kind == Class::trouble || stopped()) return; // then it says nothing of the state
        if (auto problem = known_->keep(id_of(state), acks, verdict); !problem.empty() && out_.problem.empty())
            out_.problem = std::move(problem);
    }

    [[nodiscard]] std::uint32_t acknowledged(std::uint32_t cut) const
    {
        return static_cast<std::uint32_t>(
            std::ranges::count_if(acks_, [&](const auto& ack) { return ack.first < cut; }));
    }

    [[nodiscard]] std::string acked_text(std::uint32_t count) const
    {
        std::string text;
        for (std::uint32_t i = 0; i < count; ++i)
            text += acks_[i].second + "\n";
        return text;
    }

    bool ends_are_clean()
    {
        if (request_.check.empty()) {
            for (std::uint32_t at = 0; at <= micros_.operations(); ++at)
                moments_[disks_.digest(disks_.tree({.cut = at}))] = at;
            return true;
        }
        for (const auto at : {micros_.operations(), 0U}) {
            const auto verdict = judge({.cut = at}, acknowledged(at));
            if (verdict.kind == Class::clean) continue;
            out_.problem = fmt::format("the check fails on the state {} the run ({}: {}); it has to pass there",
                                       at == 0 ? "before" : "after",
                                       class_names[static_cast<std::size_t>(verdict.kind)], verdict.reason);
            return false;
        }
        return true;
    }

    using Key = std::pair<std::uint64_t, std::uint32_t>; // a tree, and how much had been acknowledged

    /// Without a check: the tree has to be that of some moment, and of none before the last acknowledgement.
    [[nodiscard]] Verdict compare(const Key& key) const
    {
        const auto moment = moments_.find(key.first);
        if (moment == moments_.end()) return {Class::corrupt, 11, "no moment of the run had these files"};
        if (key.second != 0 && moment->second <= acks_[key.second - 1].first)
            return {Class::lost, 10, fmt::format("the files are as before '{}'", acks_[key.second - 1].second)};
        return {};
    }

    Verdict judge(const State& state, std::uint32_t acks)
    {
        const Tree tree = disks_.tree(state);
        const Key key{disks_.digest(tree), acks};
        if (const auto known = verdicts_.find(key); known != verdicts_.end()) return known->second;
        Verdict verdict;
        if (request_.check.empty())
            verdict = compare(key);
        else if (const auto* const told = known_->find(id_of(state), acks); told != nullptr)
            verdict = *told;
        else
            checks_->run({{out_.states.size(), &tree, acked_text(acks)}}, 1, [&](const Task&, const Verdict& found) {
                verdict = found;
                keep(state, acks, found);
                return true;
            });
        return verdicts_[key] = verdict;
    }

    /// The distinct trees of a model, each with the most acknowledgements that it can come after. They are numbered as
    /// they are chosen: digests hold what differs from run to run.
    void collect(const Model& model)
    {
        struct Known {
            std::uint64_t digest;
            State state;
            std::uint32_t first_cut, last_cut;
        };
        std::vector<Known> trees;
        std::map<std::uint64_t, std::size_t> numbers;
        choose(model, recording_, micros_, [&](const State& state) {
            const auto digest = disks_.digest(disks_.tree(state));
            const auto [at, fresh] = numbers.try_emplace(digest, trees.size());
            if (fresh) trees.push_back({digest, state, state.cut, state.cut});
            auto& known = trees[at->second];
            known.first_cut = std::min(known.first_cut, state.cut);
            known.last_cut = std::max(known.last_cut, state.cut);
            if (!fresh && acknowledged(state.cut) > acknowledged(known.state.cut)) known.state = state;
            return trees.size() < request_.budget;
        });
        out_.trees[model.rules->name] = trees.size();
        for (const auto& known : trees) {
            const Key key{known.digest, acknowledged(known.state.cut)};
            const auto [at, fresh] = by_key_.try_emplace(key, out_.states.size());
            if (fresh)
                out_.states.push_back({known.state,
                                       acked_text(key.second),
                                       {},
                                       key.second,
                                       known.first_cut,
                                       known.last_cut,
                                       {},
                                       known.digest});
            auto& checked = out_.states[at->second];
            checked.first_cut = std::min(checked.first_cut, known.first_cut);
            checked.last_cut = std::max(checked.last_cut, known.last_cut);
            checked.models.push_back(model.rules->name);
        }
    }

    /// What is known of a state without a check, or that it is for others to check.
    std::optional<Verdict> settled(const Key& key, const State& state)
    {
        if (const auto known = verdicts_.find(key); known != verdicts_.end()) return known->second;
        if (known_ != nullptr)
            if (const auto* const told = known_->find(id_of(state), key.second); told != nullptr) return *told;
        if (request_.merge.empty() && id_of(state) % request_.shards + 1 != request_.shard)
            return Verdict{Class::not_checked, 0, {}};
        if (request_.check.empty()) return compare(key);
        return request_.merge.empty() ? std::nullopt : std::optional(Verdict{Class::not_checked, 0, {}});
    }

    void check_all()
    {
        Progress progress;
        std::vector<Tree> trees;
        std::vector<Task> tasks;
        trees.reserve(by_key_.size());
        std::map<std::size_t, Key> keys;
        std::size_t missing = 0;
        for (const auto& [key, number] : by_key_) {
            keys[number] = key;
            if (const auto verdict = settled(key, out_.states[number].state)) {
                out_.states[number].verdict = *verdict;
                if (verdict->kind == Class::not_checked)
                    ++missing;
                else
                    verdicts_[key] = *verdict;
                continue;
            }
            trees.push_back(disks_.tree(out_.states[number].state));
            tasks.push_back({number, &trees.back(), out_.states[number].acked});
        }
        if (missing != 0 && !request_.merge.empty()) {
            out_.problem =
                fmt::format("{} of {} states were checked in none of the directories", missing, out_.states.size());
            return;
        }
        progress.done = by_key_.size() - missing - tasks.size();
        progress.all = by_key_.size() - missing;
        if (known_ != nullptr) out_.problem = known_->begin(progress);
        if (!out_.problem.empty()) return;
        std::ranges::sort(tasks, {}, &Task::number);
        std::set<std::size_t> told;
        checks_->run(tasks, request_.jobs, [&](const Task& task, const Verdict& verdict) {
            out_.states[task.number].verdict = verdict;
            verdicts_[keys[task.number]] = verdict;
            keep(out_.states[task.number].state, out_.states[task.number].acknowledgements, verdict);
            told.insert(task.number);
            ++progress.done;
            progress.failing += verdict.kind != Class::clean ? 1U : 0U;
            progress.seconds = seconds();
            tell_(progress);
            if (verdict.kind == Class::trouble) out_.problem = verdict.reason;
            return out_.problem.empty() && !stopped();
        });
        out_.stopped = stopped();
        if (told.size() != tasks.size() && out_.problem.empty())
            out_.problem = "it was stopped before all was checked (--resume goes on)";
    }

    [[nodiscard]] bool stopped() const { return request_.stop != nullptr && *request_.stop; }
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(Clock::now() - began_).count(); }

    [[nodiscard]] std::vector<std::uint32_t> operations_of(const std::vector<std::uint32_t>& micros) const
    {
        std::set<std::uint32_t> operations;
        for (const auto m : micros)
            operations.insert(micros_.all[m].operation);
        return {operations.begin(), operations.end()};
    }

    void explain_all()
    {
        std::vector<std::size_t> failing;
        for (std::size_t i = 0; i < out_.states.size(); ++i)
            if (is_failing(out_.states[i].verdict.kind)) failing.push_back(i);
        // Those that lack least first: what they say covers the others.
        std::ranges::stable_sort(failing, {}, [&](std::size_t i) { return out_.states[i].state.lost.size(); });
        for (const auto number : failing)
            if (!join(number) && !stopped()) add(number);
    }

    /// Puts a state to a finding that explains it: what that one lacks, it lacks too.
    bool join(std::size_t number)
    {
        const auto& checked = out_.states[number];
        const auto lost = operations_of(checked.state.lost);
        for (auto& finding : out_.findings) {
            if (finding.kind != checked.verdict.kind || finding.torn != is_torn(checked.state)) continue;
            if (finding.lost.empty() != lost.empty() || !std::ranges::includes(lost, finding.lost)) continue;
            note(finding, number);
            return true;
        }
        return false;
    }

    void note(Finding& finding, std::size_t number) const
    {
        const auto& checked = out_.states[number];
        finding.states.push_back(number);
        // Nothing acknowledged is lost where nothing had been.
        const bool promised = finding.kind == Class::lost && checked.acknowledgements != 0;
        const auto first = promised ? acks_[checked.acknowledgements - 1].first + 1 : 0;
        finding.first_cut = std::min(finding.first_cut, std::max(checked.first_cut, first));
        finding.last_cut = std::max(finding.last_cut, checked.last_cut);
        for (const auto name : checked.models)
            if (std::ranges::count(finding.models, name) == 0) finding.models.push_back(name);
    }

    void add(std::size_t number)
    {
        const auto& checked = out_.states[number];
        const auto where = std::ranges::find_if(
            models_, [&](const Model& each) { return each.rules->name == checked.models.front(); });
        Finding finding;
        finding.kind = checked.verdict.kind;
        finding.torn = is_torn(checked.state);
        finding.first_cut = micros_.operations();
        finding.reason = checked.verdict.reason;
        if (checked.acknowledgements != 0)
            std::tie(finding.acknowledged_by, finding.last_acknowledgement) = acks_[checked.acknowledgements - 1];
        const auto operations = operations_of(checked.state.lost);
        const auto without = [&](const std::vector<std::size_t>& part) {
            State state = checked.state;
            std::vector<std::uint32_t> seeds;
            for (const auto m : checked.state.lost)
                if (std::ranges::any_of(part, [&](std::size_t i) { return operations[i] == micros_.all[m].operation; }))
                    seeds.push_back(m);
            state.lost = lose(*where, micros_, state.cut, seeds);
            return state;
        };
        const auto part = run::ddmin(operations.size(), [&](const std::vector<std::size_t>& tried) {
            return judge(without(tried), checked.acknowledgements).kind == checked.verdict.kind;
        });
        const State smallest = without(part);
        for (const auto i : part)
            finding.lost.push_back(operations[i]);
        const auto gone = operations_of(smallest.lost);
        if (!finding.lost.empty())
            for (auto i = finding.lost.front() + 1; i < smallest.cut && finding.overtook == never; ++i)
                if (micros_.first[i] != micros_.first[i + 1] && !std::ranges::binary_search(gone, i) &&
                    recording_.operations[i].did != door::Did::reverted) // which is on the disk as it was before
                    finding.overtook = i;
        if (finding.lost.empty()) finding.atomic = in_the_making(micros_, checked.state);
        const auto same = std::ranges::find_if(out_.findings, [&](const Finding& other) {
            return other.kind == finding.kind && other.lost == finding.lost && other.torn == finding.torn;
        });
        if (same != out_.findings.end()) return note(*same, number);
        note(finding, number);
        out_.findings.push_back(std::move(finding));
    }

    const door::Recording& recording_;
    const Request& request_;
    const std::function<void(const Progress&)>& tell_;
    MicroOperations micros_;
    Disks disks_;
    VerdictLog* known_;
    bool again_;
    std::optional<Checks> checks_;
    std::vector<Model> models_;
    std::vector<std::pair<std::uint32_t, std::string>> acks_; // operation, text
    std::map<std::uint64_t, std::uint32_t> moments_;          // trees of the run, and the last cut that has each
    std::map<Key, Verdict> verdicts_;
    std::map<Key, std::size_t> by_key_;
    Summary out_;
    Clock::time_point began_ = Clock::now();
};

} // namespace

Summary search(const door::Recording& recording, const Request& request,
               const std::function<void(const Progress&)>& tell)
{
    std::optional<VerdictLog> verdicts;
    if (!request.check.empty()) verdicts.emplace(search_name(recording, request));
    auto* const known = verdicts ? &*verdicts : nullptr;
    auto summary = Search(recording, request, tell, known, false).search();
    if (!request.mutate_syncs || !summary.problem.empty()) return summary;
    const auto again = [&](const door::Recording& other) { return Search(other, request, tell, known, true).search(); };
    summary.syncs = roles_of_syncs(recording, request, summary, again, summary.problem);
    return summary;
}

} // namespace faultline::power
