#include "explore/worker.hpp"

#include "explore/ledgers.hpp"
#include "run/run_plan.hpp"

#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>

namespace faultline::explore {

Worker::Worker(const WorkPlan& plan, const std::string& root, const std::string& name) : plan_(plan)
{
    const auto directory = root + "/" + name;
    if (::mkdir(directory.c_str(), 0700) != 0) {
        problem_ = std::strerror(errno);
        return;
    }
    enclosure_ = std::make_unique<Enclosure>(plan.surroundings, directory);
    problem_ = enclosure_->problem();
    directory_ = enclosure_->directory();
}

std::string Worker::refresh()
{
    for (const auto* const part : parts)
        empty_directory(directory_ + "/" + part);
    if (plan_.surroundings.in_place || plan_.original.empty()) return {};
    return copy_tree(plan_.original, directory_ + "/work", {}, plan_.limits);
}

std::string Worker::start_fork_server()
{
    // The program may lie in the directory that is copied, and nothing has run here yet.
    auto problem = refresh();
    return problem.empty() ? enclosure_->start_fork_server(preloaded) : problem;
}

Tree Worker::tree() const
{
    Tree tree;
    read_tree(plan_.surroundings.in_place ? plan_.surroundings.working : directory_ + "/work", "work", tree);
    read_tree(directory_ + "/home", "home", tree);
    read_tree(directory_ + "/tmp", "tmp", tree);
    return tree;
}

void Worker::look(Observation& observation) const
{
    observation.out = read_start(directory_ + "/out", most_output, observation.out_bytes);
    observation.err = read_start(directory_ + "/err", most_output, observation.err_bytes);
    observation.tree = tree();
    read_records(directory_ + "/stats", observation);
}

Observation Worker::run(const std::string& plan, std::chrono::nanoseconds limit, bool traced)
{
    Observation observation;
    if (auto problem = refresh(); !problem.empty()) {
        observation.problems.push_back(std::move(problem));
        return observation;
    }
    if (!plan.empty()) {
        const auto parsed = language::parse(plan, "(explored)");
        for (const auto& mistake : parsed.mistakes)
            observation.problems.push_back(mistake.at("plan"));
        if (!parsed.mistakes.empty()) return observation;
        std::ofstream(directory_ + "/plan", std::ios::trunc | std::ios::binary) << run::compiled(parsed, {});
    }
    observation.end = enclosure_->run(plan.empty() ? bare : preloaded, limit, traced);
    look(observation);
    if (plan_.has_check && !observation.end.timed_out) observation.check = enclosure_->run(check, limit);
    return observation;
}

void Worker::run_recovery(Observation& observation, std::chrono::nanoseconds limit)
{
    if (!plan_.has_recovery) return;
    observation.recovery = enclosure_->run(recover, limit);
    observation.recovered_tree = tree();
    if (plan_.has_check) observation.recovered_check = enclosure_->run(check, limit);
}

} // namespace faultline::explore
