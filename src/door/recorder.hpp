// Runs a command under the kernel's door and records what its tree does to the files below some directories. The
// program notices nothing but time: each call does what it would have done, for the supervisor makes it in its place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace faultline::door {

struct RecordRequest {
    std::vector<std::string> command;
    std::vector<std::string> roots; // directories
    /// Of the recording: it is there, and empty. What lies in it is left out where it lies below a root.
    std::string directory;
    int standard_output = -1; // for the command; -1: ours. What is written there is recorded as acknowledgements
    /// How long the command may be outlived by processes that it started, before the recording ends without them.
    int patience_ms = 5000;
};

struct Recorded {
    /// Empty: there is a recording. Else why not, with the cure.
    std::string problem;
    bool not_found = false, not_executable = false; // the command
    int wait_status = 0;                            // of the command
    bool outlived = false;                          // processes were left, and what they did later is not recorded
    std::uint64_t outside = 0;                      // files that were opened for writing, or names changed, elsewhere
    std::vector<std::string> outside_paths;         // the first few of them
    std::vector<std::string> warnings;              // what of the recording is not exact

    /// As a shell has it: 128 and the signal's number where the command was killed.
    [[nodiscard]] int exit_status() const;
};

[[nodiscard]] Recorded record(const RecordRequest& request);

/// Where the recording's mark file is, in the environment of the command: a line appended to it is an acknowledgement.
inline constexpr const char* mark_variable = "FAULT_RECORDING";

} // namespace faultline::door
