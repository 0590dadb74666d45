// Where a process stands when a signal is about to kill it, seen from outside: the enclosure watches signals with ptrace
// and unwinds the stopped process.
#pragma once

#include "explore/enclosure.hpp"

#include <map>
#include <string>
#include <sys/types.h>

namespace faultline::explore {

/// Watches one command and all that it starts.
class CrashWatch {
public:
    explicit CrashWatch(std::string file) : file_(std::move(file)) {}

    /// Begins with a process that has not started its program yet. Where ptrace is refused, nothing is seen.
    void seize(pid_t pid);
    /// Takes what waitpid said of a watched process. False where it has ended: then it is the caller's to take note of.
    [[nodiscard]] bool handles(pid_t pid, int status);

private:
    struct Last {
        int signal;
        std::string text;
    };
    std::string file_;           // where the stack of the last one that was killed is put
    std::map<pid_t, Last> last_; // for each thread that a fatal signal was on its way to
};

/// Reads the file that a watch wrote; signal 0 where there is none.
[[nodiscard]] Crash read_crash(const std::string& file);

} // namespace faultline::explore
