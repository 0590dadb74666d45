// The program that a command starts, looked at before it runs: whether the loader will preload anything into it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::run {

/// Why a command cannot be run with Faultline.
enum class Obstacle : std::uint8_t {
    none,
    not_found,      // there is no such command
    not_executable, // the file cannot be executed
    // From here on the file is there, and nothing can be preloaded into it.
    absent, // its interpreter is not there
    statically_linked,
    privileged,
    architecture,
    other_libc,
    damaged
};

struct Target {
    std::string path; // of the file to execute
    Obstacle obstacle = Obstacle::none;
    std::string problem;              // the obstacle in words
    std::string advice;               // what can be done about it; may be empty
    std::vector<std::string> scripts; // that lead from `path` to `program`
    std::string program;              // what the kernel loads in the end; empty where that was not found
    std::vector<std::string> needed;  // the shared libraries that it names itself
};

/// Finds a command as a shell does, along PATH, and inspects it. Scripts are followed to their interpreters, also
/// through "#!/usr/bin/env NAME".
[[nodiscard]] Target find_target(const std::string& command);

/// Whether the kernel's door (src/door/) reaches what cannot be preloaded into.
[[nodiscard]] bool kernel_door_reaches(Obstacle obstacle);
/// Whether such a program can be run through it where that is asked for: also one that has privileges of its own.
[[nodiscard]] bool kernel_door_admits(Obstacle obstacle);

/// An obstacle to preloading in one word, for other programs: "static", "privileged" …; empty: none.
[[nodiscard]] std::string_view name_of(Obstacle obstacle);

} // namespace faultline::run
