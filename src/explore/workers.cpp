#include "explore/workers.hpp"

#include "explore/power_cuts.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <sys/stat.h>

namespace faultline::explore {

std::string start_workers(Options& options, const std::string& root, const Prepare& prepare,
                          std::vector<std::unique_ptr<Worker>>& workers)
{
    auto& surroundings = options.work.surroundings;
    surroundings.view = root + "/run";
    surroundings.stop = options.stop;
    if (::mkdir(surroundings.view.c_str(), 0700) != 0) return std::strerror(errno);
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
