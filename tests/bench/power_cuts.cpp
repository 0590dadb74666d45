// What powerloss does, in parts that can be measured by themselves; tests/bench/power.py calls it.
//
// usage: power_cuts record OUTPUT ROOT COMMAND…    only records, into a directory that is there
//        power_cuts make RECORDING MODEL SECONDS   "TREES SECONDS": states in memory, their digests with them, one thread
//        power_cuts layout RECORDING DIRECTORY SECONDS
//                                                  "STATES SECONDS": lays states out there and removes them, CPU seconds of
//                                                  the laying out alone
//        power_cuts check RECORDING CHECK JOBS COUNT
//                                                  "STATES SECONDS CPU-SECONDS": the check of the same many states
//        power_cuts compare RECORDING CHECK JOBS MODEL…
//                                                  a line for each model: all legal states, distinct trees of these, distinct
//                                                  trees that are chosen, classes of all, classes of the chosen
// The recordings' files have to be as the runs left them.
#include "door/recorder.hpp"
#include "power/confined.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using namespace faultline;
using namespace faultline::power;
namespace fs = std::filesystem;

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_of(int who)
{
    rusage usage{};
    ::getrusage(who, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// A recording with everything that states are made from.
struct Made {
    explicit Made(const std::string& directory)
        : recording(door::Recording::read(directory)), micros(cut(recording)), disks(recording, micros),
          last(disks.tree({.cut = micros.operations()}))
    {}

    [[nodiscard]] Model rules(std::string_view name) const
    {
        const auto* const known = model_named(name);
        if (known == nullptr) throw std::runtime_error(fmt::format("there is no model {}", name));
        return model(*known, recording, micros);
    }

    /// The chosen states of a model.
    [[nodiscard]] std::vector<State> chosen(std::string_view name) const
    {
        std::vector<State> states;
        choose(rules(name), recording, micros, [&](const State& state) {
            states.push_back(state);
            return true;
        });
        return states;
    }

    door::Recording recording;
    MicroOperations micros;
    Disks disks;
    Tree last;
};

void record(const std::string& output, const std::string& root, std::vector<std::string> command)
{
    const auto recorded = door::record({std::move(command), {root}, output});
    if (!recorded.problem.empty()) throw std::runtime_error(recorded.problem);
}

void make(const Made& made, std::string_view name, double limit)
{
    const auto states = made.chosen(name);
    const double began = now();
    std::size_t trees = 0;
    std::uint64_t sum = 0;
    for (; now() - began < limit; ++trees)
        sum += made.disks.digest(made.disks.tree(states[trees % states.size()]));
    fmt::print("{} {:.3f}{}\n", trees, now() - began, sum == 0 ? " " : "");
}

void lay_out_all(const Made& made, const std::string& directory, double limit)
{
    const auto from = sources(made.disks, made.last);
    const auto states = made.chosen("posix");
    std::size_t done = 0;
    double used = 0;
    for (const double began = now(); now() - began < limit; ++done) {
        const auto tree = made.disks.tree(states[done % states.size()]);
        std::vector<std::string> directories;
        for (std::size_t root = 0; root < made.recording.roots.size(); ++root) {
            directories.push_back(fmt::format("{}/{}", directory, root));
            fs::create_directories(directories.back());
        }
        const double before = cpu_of(RUSAGE_SELF);
        if (const auto wrong = lay_out(made.disks, tree, from, directories); !wrong.empty())
            throw std::runtime_error(wrong);
        used += cpu_of(RUSAGE_SELF) - before;
        for (const auto& each : directories)
            fs::remove_all(each);
    }
    fmt::print("{} {:.3f}\n", done, used);
}

void check_some(const Made& made, const std::string& check, unsigned jobs, std::size_t count)
{
    const auto states = made.chosen("posix");
    std::vector<Tree> trees;
    trees.reserve(count);
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < count; ++i) {
        trees.push_back(made.disks.tree(states[i % states.size()]));
        tasks.push_back({i, &trees.back(), {}});
    }
    const auto scratch = fs::temp_directory_path() / fmt::format("power_cuts.{}", ::getpid());
    const Checks checks(made.disks, sources(made.disks, made.last), {check, scratch.string()});
    const double began = now(), used = cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN);
    checks.run(tasks, jobs, [](const Task&, const Verdict& verdict) {
        if (verdict.kind == Class::trouble) throw std::runtime_error(verdict.reason);
        return true;
    });
    fmt::print("{} {:.3f} {:.3f}\n", count, now() - began, cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN) - used);
    fs::remove_all(scratch);
}

/// Verdicts of states: each distinct tree is checked once, with what its state's moment has promised.
class Judge {
public:
    Judge(const Made& made, std::string check, unsigned jobs) : made_(made), check_(std::move(check)), jobs_(jobs) {}

    std::set<std::string_view> classes(const std::vector<State>& states, std::size_t& distinct)
    {
        std::set<Key> keys;
        std::vector<Tree> trees;
        trees.reserve(states.size());
        std::vector<Task> tasks;
        std::vector<Key> of_tasks;
        for (const auto& state : states) {
            auto tree = made_.disks.tree(state);
            const Key key{made_.disks.digest(tree), promised(state.cut)};
            if (!keys.insert(key).second || known_.contains(key)) continue;
            trees.push_back(std::move(tree));
            tasks.push_back({of_tasks.size(), &trees.back(), key.second ? "exit 0\n" : ""});
            of_tasks.push_back(key);
        }
        const auto scratch = fs::temp_directory_path() / fmt::format("power_cuts.{}", ::getpid());
        const Checks checks(made_.disks, sources(made_.disks, made_.last), {check_, scratch.string()});
        checks.run(tasks, jobs_, [&](const Task& task, const Verdict& verdict) {
            if (verdict.kind == Class::trouble) throw std::runtime_error(verdict.reason);
            known_[of_tasks[task.number]] = verdict.kind;
            return true;
        });
        fs::remove_all(scratch);
        std::set<std::string_view> found;
        for (const auto& key : keys)
            if (const auto kind = known_.at(key); is_failing(kind))
                found.insert(class_names[static_cast<std::size_t>(kind)]);
        distinct = keys.size();
        return found;
    }

private:
    using Key = std::pair<std::uint64_t, bool>;

    /// The exit status 0 is the promise.
    [[nodiscard]] bool promised(std::uint32_t cut) const
    {
        const auto& operations = made_.recording.operations;
        for (std::uint32_t i = 0; i < cut; ++i)
            if (operations[i].did == door::Did::end && operations[i].value == 0) return true;
        return false;
    }

    const Made& made_;
    std::string check_;
    unsigned jobs_;
    std::map<Key, Class> known_;
};

void compare(const Made& made, const std::string& check, unsigned jobs, const std::vector<std::string>& names)
{
    constexpr std::size_t most = 200'000;
    Judge judge(made, check, jobs);
    for (const auto& name : names) {
        const auto rules = made.rules(name);
        std::vector<State> all;
        for (std::uint32_t at = 0; at <= made.micros.operations(); ++at)
            enumerate(rules, made.micros, at, [&](const State& state) {
                all.push_back(state);
                if (all.size() > most) throw std::runtime_error(name + ": too many states");
            });
        std::size_t distinct = 0, chosen = 0;
        const auto few = judge.classes(made.chosen(name), chosen);
        const auto found = judge.classes(all, distinct);
        fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", name, all.size(), distinct, chosen, fmt::join(found, ","),
                   fmt::join(few, ","));
    }
}

} // namespace

int main(int count, char** words)
{
    const std::vector<std::string> given(words + 1, words + count);
    const auto rest = [&](std::size_t from) {
        return std::vector<std::string>(given.begin() + static_cast<std::ptrdiff_t>(from), given.end());
    };
    try {
        const auto is = [&](std::string_view name, std::size_t least) {
            return given.size() >= least && given[0] == name;
        };
        if (is("record", 4))
            record(given[1], given[2], rest(3));
        else if (is("make", 4))
            make(Made(given[1]), given[2], std::stod(given[3]));
        else if (is("layout", 4))
            lay_out_all(Made(given[1]), given[2], std::stod(given[3]));
        else if (is("check", 5))
            check_some(Made(given[1]), given[2], static_cast<unsigned>(std::stoul(given[3])), std::stoul(given[4]));
        else if (is("compare", 5))
            compare(Made(given[1]), given[2], static_cast<unsigned>(std::stoul(given[3])), rest(4));
        else
            return 2;
    } catch (const std::exception& error) {
        fmt::print(stderr, "power_cuts: {}\n", error.what());
        return 1;
    }
    return 0;
}
