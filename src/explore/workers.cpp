#include "explore/workers.hpp"

#include "explore/memory.hpp"
#include "explore/power_cuts.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/stat.h>

namespace faultline::explore {

namespace {

/// A run that writes the largest file it may has to find room for it.
std::string choose_place(const Options& options, Surroundings& surroundings)
{
    if (options.copies == Copies::disk) return {};
    const auto each = memory_for_each(options.jobs);
    if (each >= surroundings.most_file_bytes) surroundings.memory_bytes = each;
    if (surroundings.memory_bytes != 0 || options.copies == Copies::automatic) return {};
    return fmt::format("--copies=memory: there are {} MiB for each of {} runs at a time, and {} are needed",
                       each >> 20U, options.jobs, surroundings.most_file_bytes >> 20U);
}

} // namespace

std::string start_workers(Options& options, const std::string& root, const Prepare& prepare,
                          std::vector<std::unique_ptr<Worker>>& workers)
{
    auto& surroundings = options.work.surroundings;
    surroundings.view = root + "/run";
    surroundings.stop = options.stop;
    if (::mkdir(surroundings.view.c_str(), 0700) != 0) return std::strerror(errno);
    if (auto problem = choose_place(options, surroundings); !problem.empty()) return problem;
    surroundings.commands = prepare(surroundings.view);
    if (surroundings.commands.empty()) return "the commands cannot be prepared";
    if (tries_power_cuts(options)) surroundings.kept = make_power_directory(options);
    // What is copied for each run is itself a copy, so that neither our output nor anybody's work changes it.
    if (!options.work.original.empty()) {
        const auto once = root + "/original";
        if (::mkdir(once.c_str(), 0700) != 0) return std::strerror(errno);
        if (auto problem = copy_tree(options.work.original, once, options.output, options.work.limits);
            !problem.empty())
            return problem;
        options.work.original = once;
    }
    for (unsigned i = 0; i < options.jobs; ++i) {
        auto worker = std::make_unique<Worker>(options.work, root, fmt::format("w{}", i));
        if (!worker->problem().empty()) return worker->problem();
        const auto& isolation = worker->enclosure().isolation();
        if (!isolation.mounts)
            return fmt::format("the kernel allows no mount namespace here ({}): run it as root, or allow user "
                               "namespaces (sysctl kernel.unprivileged_userns_clone=1)",
                               isolation.missing);
        workers.push_back(std::move(worker));
    }
    return {};
}

} // namespace faultline::explore
