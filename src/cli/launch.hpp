// Starts a program, stays out of its way, and learns how it and the processes it leaves behind end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::cli {

struct Death {
    int status = 0;                // as waitpid has it
    std::int64_t monotonic_ns = 0; // when it was noticed
};

struct Outcome {
    pid_t pid = 0;
    int error = 0; // errno, where the program could not be executed: then nothing else holds
    int status = 0;
    std::map<pid_t, Death> deaths; // of the program, and of descendants that outlived their parents
    bool others_left = false;      // some of those still run
};

/// Executes `path` with the arguments and the environment ("NAME=value") and waits for its end, then a short while for
/// what it left behind. Meanwhile SIGTERM and SIGHUP go on to the program; SIGINT and SIGQUIT reach it from the
/// terminal.
[[nodiscard]] Outcome launch(const std::string& path, const std::vector<std::string>& arguments,
                             const std::vector<std::string>& environment);

/// "exited 2", "killed by SIGKILL".
[[nodiscard]] std::string ending(int status);

/// The exit status that passes on a program's end: its own, or 128 and the signal's number.
[[nodiscard]] int status_of(int status);

} // namespace faultline::cli
