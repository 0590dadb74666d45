// One worker: a directory of its own and an enclosure. It makes fresh surroundings, runs the command under a plan, and
// reports what was to be seen.
#pragma once

#include "explore/enclosure.hpp"
#include "explore/working_copy.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace faultline::explore {

/// The commands of every enclosure, by their places in Surroundings::commands.
enum CommandIndex : std::size_t { bare, preloaded, recover, check, power };

struct WorkPlan {
    Surroundings surroundings;
    std::string original; // the directory that is copied for each run; empty: an empty one
    bool has_check = false;
    bool has_recovery = false;
    TreeLimits limits;
};

class Worker {
public:
    /// `root`/NAME becomes its directory. Only while this process has one thread.
    Worker(const WorkPlan& plan, const std::string& root, const std::string& name);

    [[nodiscard]] const Enclosure& enclosure() const { return *enclosure_; }
    [[nodiscard]] const std::string& problem() const { return problem_; }
    [[nodiscard]] const std::string& directory() const { return directory_; }

    /// Makes everything as a first run finds it. Returns why it could not.
    [[nodiscard]] std::string refresh();
    /// What is there now.
    [[nodiscard]] Tree tree();
    /// Fresh surroundings, the command, and a look at what came of it. An empty plan: without Faultline.
    [[nodiscard]] Observation run(const std::string& plan, std::chrono::nanoseconds limit, bool traced = false);
    /// Has a fork server begin the runs under a plan that are not traced. Returns why it cannot.
    [[nodiscard]] std::string start_fork_server();
    void stop_fork_server() { enclosure_->stop_fork_server(); }
    /// What power cuts could leave, in surroundings that were refreshed.
    [[nodiscard]] End search_power_cuts(std::chrono::nanoseconds limit) { return run_command(power, limit); }
    /// The recovery command in what the last run left, then the check.
    void run_recovery(Observation& observation, std::chrono::nanoseconds limit);

private:
    [[nodiscard]] End run_command(std::size_t command, std::chrono::nanoseconds limit, bool traced = false);
    void look(Observation& observation);

    const WorkPlan& plan_;
    std::string directory_;
    std::string problem_;
    std::unique_ptr<Enclosure> enclosure_;
    std::optional<WorkingCopy> copy_; // part `work`
};

} // namespace faultline::explore
