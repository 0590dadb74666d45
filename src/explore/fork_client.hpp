// The explorer's side of the fork server (hook/fork_protocol.hpp): an enclosure has one for the command that is run under
// plans, so that most of its runs need no execve, no loader and no relocation.
#pragma once

#include <string>
#include <sys/types.h>

namespace faultline::explore {

/// Where a run's streams and directory are; the caller's to close.
struct Surrounds {
    int input = -1, output = -1, error = -1, directory = -1;
};

/// Belongs to the process that starts and waits for the runs; no two threads at a time.
class ForkServer {
public:
    static constexpr int descriptor = 3; // of the server's end, in the server's process
    static constexpr const char* variable = "FAULT_FORK_SERVER=3";

    /// Takes a process that is about to become the server, and the other end of its channel. Waits for what it says of
    /// itself. Returns why it cannot serve; then it is killed, but still to be waited for.
    [[nodiscard]] std::string take(pid_t pid, int channel);
    /// The server's process; -1: there is none.
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// A child of ours that begins at main; -1 where the server does not answer: then it is killed.
    [[nodiscard]] pid_t fork(const Surrounds& surrounds);
    /// Kills it. The process is still to be waited for.
    void end();
    /// It has ended, and was waited for.
    void forget();

private:
    [[nodiscard]] bool answers() const;

    pid_t pid_ = -1;
    int channel_ = -1;
};

} // namespace faultline::explore
