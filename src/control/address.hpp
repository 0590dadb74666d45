// Which run a user means: by a process of it, a program's name, or its directory.
#pragma once

#include <string>
#include <vector>

namespace faultline::control {

struct Address {
    std::string directory; // of the run; empty: there is none
    std::string problem;   // why, one line
};

/// `target`: a process id, the name of a program, or a directory.
[[nodiscard]] Address find_run(const std::string& target);

} // namespace faultline::control
