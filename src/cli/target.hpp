// The program that `faultline run` starts, looked at before it runs: whether the loader will preload anything into it.
#pragma once

#include <string>
#include <vector>

namespace faultline::cli {

struct Target {
    std::string path;                // of the file to execute
    int status = 0;                  // 0: it can be run with Faultline; else 125, 126 or 127
    std::string problem;             // the reason for `status`
    std::vector<std::string> needed; // the shared libraries that it names itself
};

/// Finds a command as a shell does, along PATH, and inspects it. Scripts are followed to their interpreters.
[[nodiscard]] Target find_target(const std::string& command);

} // namespace faultline::cli
