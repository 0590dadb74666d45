// Each run has a process of its own between us and the program, its keeper: every process that the program leaves behind
// becomes the keeper's child and no other run's. So ends are known one by one, a whole tree can be killed, and several
// runs go on at once, from any threads.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::run {

/// What a run may use. Those but for real_ns are resource limits (setrlimit), and so of each process.
struct Limits {
    std::optional<std::int64_t> real_ns; // then the whole tree is killed
    std::optional<std::uint64_t> processor_s;
    std::optional<std::uint64_t> address_space; // bytes
    std::optional<std::uint64_t> file_size;     // bytes
    std::optional<std::uint64_t> descriptors;
};

/// What a keeper starts. All of it has to stay until start_keeper has returned.
struct Program {
    std::string path;
    std::vector<std::string> arguments;
    std::vector<std::string> environment; // "NAME=value"
    std::string directory;                // to start in; empty: ours
    std::string input, output, error;     // files for the standard streams; empty: ours. Relative to our directory
    Limits limits;
    bool contained = false;       // in a session of its own, and what is left of the tree at the end is killed
    std::int64_t patience_ns = 0; // how long what the program leaves behind may go on
};

/// A message from the keeper; a pipe takes each in one piece.
struct Note {
    enum class Kind : std::uint8_t {
        started,   // the program runs: pid
        failed,    // it does not: step, and its errno in status
        death,     // pid has ended: status as waitpid has it, and what it and those that it waited for used
        timed_out, // the real time is over, the tree is killed
        left,      // pid, of that name, went on after the program's end and the patience
        over,      // no further note
    };
    enum class Step : std::uint8_t { fork, directory, input, output, error, limits, execute };
    Kind kind;
    Step step;
    pid_t pid;
    int status;
    std::int64_t monotonic_ns; // when it was noticed
    std::int64_t user_ns, system_ns;
    std::int64_t resident_kb; // at most
    char name[16];
};

struct Keeper {
    pid_t pid = -1;
    int notes = -1;   // to read Notes from; ours to close
    int control = -1; // closing it, or our end, ends a contained run; ours to close
    int error = 0;    // errno, where there is no keeper
};

/// Starts the keeper, which starts the program. Any thread. `restore`, if any, is called in the program's process before
/// it is executed, and may do only what a vfork child may. The caller has blocked all signals; the program gets `mask`.
[[nodiscard]] Keeper start_keeper(const Program& program, void (*restore)(const void*), const void* context,
                                  const sigset_t& mask);

[[nodiscard]] std::int64_t monotonic_now() noexcept;

} // namespace faultline::run
