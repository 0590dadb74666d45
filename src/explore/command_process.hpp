// The process of a command between its fork and the program: what is the same for all runs is made so here.
#pragma once

#include "door/door.hpp"
#include "explore/enclosure.hpp"

#include <fcntl.h>
#include <string>

namespace faultline::explore {

/// An enclosure as its commands find it.
struct Stage {
    const Surroundings& surroundings;
    std::string here; // the worker's own directory
    bool mounted = false;
    bool isolated = false; // in process numbers of its own
};

/// Where a command's streams go, and where it starts. A fork server has files of its own for its output.
struct Paths {
    std::string input, output, error, directory;
};
[[nodiscard]] Paths paths_of(const Stage& stage, const Command& command, bool serves);
inline constexpr int output_flags = O_WRONLY | O_CREAT | O_TRUNC;

/// Becomes the command once `go` is closed at its other end; -1: at once. `server_channel`: of one that is to be the
/// fork server; else -1. `door`: the kernel's, or nullptr. In a forked child.
[[noreturn]] void become(const Stage& stage, const Command& command, int go, int server_channel,
                         const door::Door* door = nullptr);

} // namespace faultline::explore
