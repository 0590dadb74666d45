// The program that a command starts, looked at before it runs: whether the loader will preload anything into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::cli {

/// Why nothing can be preloaded into a program.
enum class Obstacle : std::uint8_t { none, absent, statically_linked, privileged, architecture, other_libc, damaged };

struct Target {
    std::string path; // of the file to execute
    int status = 0;   // 0: it can be run with Faultline; else 125, 126 or 127
    Obstacle obstacle = Obstacle::none;
    std::string problem;              // the reason for `status`
    std::string advice;               // what can be done about it; may be empty
    std::vector<std::string> scripts; // that lead from `path` to `program`
    std::string program;              // what the kernel loads in the end; empty where that was not found
    std::vector<std::string> needed;  // the shared libraries that it names itself
};

/// Finds a command as a shell does, along PATH, and inspects it. Scripts are followed to their interpreters, also
/// through
/// "#!/usr/bin/env NAME".
[[nodiscard]] Target find_target(const std::string& command);

/// The reason for an obstacle in one word, for other programs: "static", "setuid" …; empty: none.
[[nodiscard]] std::string_view name_of(Obstacle obstacle);

} // namespace faultline::cli
