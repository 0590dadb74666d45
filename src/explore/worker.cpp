#include "explore/worker.hpp"

#include "explore/ledgers.hpp"
#include "run/run_plan.hpp"

#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <string_view>
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
    copy_.emplace(plan.surroundings.in_place ? std::string() : plan.original, directory_ + "/work",
                  directory_ + "/aside", plan.limits);
}

std::string Worker::refresh()
{
    for (const std::string_view part : parts)
        if (part != "work") empty_directory(fmt::format("{}/{}", directory_, part));
    return copy_->refresh();
}

std::string Worker::start_fork_server()
{
    // The program may lie in the directory that is copied, and nothing has run here yet.
    auto problem = refresh();
    return problem.empty() ? enclosure_->start_fork_server(preloaded) : problem;
}

Tree Worker::tree()
{
    Tree tree;
    if (plan_.surroundings.in_place)
        read_tree(plan_.surroundings.working, "work", tree);
    else
        copy_->read(tree);
    read_tree(directory_ + "/home", "home", tree);
    read_tree(directory_ + "/tmp", "tmp", tree);
    return tree;
}

void Worker::look(Observation& observation)
{
    observation.out = read_start(directory_ + "/out", most_output, observation.out_bytes);
    observation.err = read_start(directory_ + "/err", most_output, observation.err_bytes);
    observation.tree = tree();
    read_records(directory_ + "/stats", observation);
}

End Worker::run_command(std::size_t command, std::chrono::nanoseconds limit, bool traced)
{
    copy_->touched();
    return enclosure_->run(command, limit, traced);
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
    observation.end = run_command(plan.empty() ? bare : preloaded, limit, traced);
    look(observation);
    if (plan_.has_check && !observation.end.timed_out) observation.check = run_command(check, limit);
    return observation;
}

void Worker::run_recovery(Observation& observation, std::chrono::nanoseconds limit)
{
    if (!plan_.has_recovery) return;
    observation.recovery = run_command(recover, limit);
    observation.recovered_tree = tree();
    if (plan_.has_check) observation.recovered_check = run_command(check, limit);
}

} // namespace faultline::explore
