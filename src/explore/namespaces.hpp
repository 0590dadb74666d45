// Namespaces for the process that runs an enclosure's commands: of mounts, and of process numbers.
#pragma once

#include <sys/types.h>

namespace faultline::explore {

/// What that process says of itself.
struct Hello {
    int error = 0; // errno of what it cannot do without
    bool mounts = false, processes = false;
    int refused = 0; // errno of what the kernel did not allow
};

/// Forks into namespaces of its own, where the kernel allows it. Returns as fork does.
pid_t fork_isolated(Hello& hello);

} // namespace faultline::explore
