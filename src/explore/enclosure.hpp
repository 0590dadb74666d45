// An enclosure is a process that runs commands for one worker thread, one at a time, each in surroundings that are the same
// for all: a view of the file system in which the worker's own copy lies where the original does, process numbers that
// begin anew, limits, a session. Everything that a command starts ends with it, and all ends with the explorer, also
// after SIGKILL.
#pragma once

#include "explore/observation.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::explore {

/// What a worker's own directory holds: the copy that commands work on, their HOME and TMPDIR, their records.
inline constexpr const char* parts[] = {"work", "home", "tmp", "stats"};

/// Something to execute; fixed when the enclosures start.
struct Command {
    std::string path; // absolute
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    bool looked_at = true;     // its output goes to `out` and `err`; else to `other`
    bool through_door = false; // the kernel's, for the plan in the worker's directory
};

/// What is the same for all enclosures.
struct Surroundings {
    std::string view;                // the directory under which every worker's own directory appears
    std::string working;             // where commands start: covered by the view's `work` where that is possible
    bool in_place = false;           // … and where it must not be covered
    std::string kept;                // a directory that appears as the view's `power`; empty: there is none
    std::string input;               // of standard input: a file
    std::uint64_t most_files = 1024; // descriptors
    std::uint64_t most_file_bytes = 1U << 30U;   // of one file
    std::uint64_t most_data_bytes = 8ULL << 30U; // of memory; 0: no limit
    std::uint64_t memory_bytes = 0; // what a worker's own directory may hold, in memory; 0: it is where it was made
    std::vector<Command> commands;
    const std::atomic<bool>* stop = nullptr; // once true, runs that go on are ended, and none begins
};

/// What the kernel lets us do.
struct Isolation {
    bool mounts = false;    // the copy lies at the same path
    bool processes = false; // process numbers of its own, so that nothing can escape
    std::string missing;    // why something is not there
};

/// Where a process stood when a signal killed it.
struct Crash {
    int signal = 0;
    std::string program;
    std::vector<report::Address> stack;
};

class Enclosure {
public:
    /// Starts one over `directory`, which is empty. Only while this process has one thread.
    Enclosure(const Surroundings& surroundings, std::string directory);
    Enclosure(const Enclosure&) = delete;
    Enclosure& operator=(const Enclosure&) = delete;
    ~Enclosure();

    [[nodiscard]] const std::string& problem() const { return problem_; } // why it could not start; empty: it did
    [[nodiscard]] const Isolation& isolation() const { return isolation_; }
    /// As this process finds it, which sees none of the enclosure's mounts.
    [[nodiscard]] const std::string& directory() const { return directory_; }

    /// Runs a command to its end, or ends it; after a stop its result means nothing. `traced`: signals are watched, for last_crash(). One thread at a time.
    [[nodiscard]] End run(std::size_t command, std::chrono::nanoseconds limit, bool traced = false);
    /// From now on the runs of that command that are not traced are children of a fork server. Returns why they cannot
    /// be. A server that dies is replaced, and until it is the runs are executed. One thread at a time.
    [[nodiscard]] std::string start_fork_server(std::size_t command);
    void stop_fork_server();
    /// Of the last run that was traced; signal 0: nothing was killed.
    [[nodiscard]] Crash last_crash() const;

private:
    std::string directory_;
    const std::atomic<bool>* stop_ = nullptr;
    std::string problem_;
    Isolation isolation_;
    pid_t pid_ = -1;
    int channel_ = -1;
};

} // namespace faultline::explore
