// Runs a program, with a plan or without, and says what became of it. Prints nothing, decides no exit status.
//
//     auto outcome = run(request);                       one run, waited for
//     auto launched = start(request); … finish()         many at once: poll their descriptors
//
// Any number of runs may go on at once, from one thread or several; each has a keeper process (keeper.hpp). The
// environment must not be changed (setenv) while a run starts.
#pragma once

#include "report/record_files.hpp"
#include "run/ending.hpp"
#include "run/keeper.hpp"
#include "run/run_plan.hpp"
#include "run/target.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace faultline::run {

/// How the program's calls are met.
enum class Way : std::uint8_t {
    preload,   // where they pass libc's symbols
    kernel,    // where they enter the kernel (src/door/)
    automatic, // preload where that works, else kernel
};

struct Request {
    std::vector<std::string> command;     // found along PATH, as a shell does; at least one word
    std::shared_ptr<const RunPlan> plan;  // one without mistakes; nullptr: the program runs without Faultline
    std::vector<std::string> environment; // "NAME=value", beyond our own environment and over it
    std::vector<std::string> unset;       // names that are taken out of it
    std::string directory;                // to start in; empty: ours
    std::string input, output, error;     // files for the standard streams; empty: ours. Relative to our directory
    Limits limits;
    /// In a session of its own; what is left of its tree at the end is killed, also when we end.
    bool contained = false;
    std::int64_t patience_ns = 1'000'000'000; // for what the program leaves behind, which may be a daemon
    /// Pass SIGTERM and SIGHUP on to the program meanwhile, and leave SIGINT and SIGQUIT of the terminal to it. Only one
    /// such run may go on in a process.
    bool foreground = false;
    /// The pattern for the names of statistics files. Empty: FAULT_STATS or the plan says; where neither
    /// does, the ledgers themselves are the records, in the run's own directory, and are removed with it.
    std::string statistics;
    bool keep_directory = false; // the run's own, with all that stands in it
    Way way = Way::preload;
    /// Called once with the run's own directory, when the program has been started.
    std::function<void(const std::string& directory, pid_t program)> started;
};

/// Why a program did not run.
struct Refusal {
    enum class Kind : std::uint8_t {
        not_found,      // there is no such command, or its interpreter is missing
        not_executable, // the file cannot be executed
        not_preloaded,  // nothing can be preloaded into it: see obstacle
        no_directory,   // for this run
        no_library,     // libfaultline.so
        no_door,        // the kernel's door cannot be used here, or not with this plan
        void_run,       // the program ran, but not under the plan from beginning to end
        not_started,    // a directory or file of the request, or a process, could not be had
    };
    Kind kind{};
    Obstacle obstacle{};
    bool of_command = false; // the text is about the command, else about what Faultline needs
    std::string text;
    std::string advice; // may be empty
};

/// Whether the plan was armed in the program.
enum class Armed : std::uint8_t {
    yes,
    without_plan,  // there is none
    not_preloaded, // the library was not loaded, or the program ended before it was
    elsewhere,     // the plan names programs, and none of them was started
};

struct Death {
    int status = 0;                // as waitpid has it
    std::int64_t monotonic_ns = 0; // when it was noticed
};

/// A process that went on after the program's end and the patience. It has been killed if the run is contained.
struct LeftOver {
    pid_t pid = 0;
    std::string name;
};

struct Outcome {
    std::optional<Refusal> refusal; // then nothing else holds
    pid_t pid = 0;
    int status = 0;                          // of the program, as waitpid has it
    bool timed_out = false;                  // and so it was killed
    std::int64_t started_ns = 0;             // CLOCK_MONOTONIC
    std::int64_t ended_ns = 0;               // … of the program
    std::int64_t user_ns = 0, system_ns = 0; // processor time of all processes whose ends are known
    std::int64_t resident_kb = 0;            // the most that one of them had
    std::vector<LeftOver> left;
    Armed armed = Armed::without_plan;
    Way way = Way::preload;            // never automatic
    std::string why_kernel;            // of an automatic choice
    std::vector<std::string> warnings; // what of the plan the kernel's door leaves out
    report::Records records;           // of every process image that the library announced
    std::vector<std::string> files;    // statistics files and ledgers that stay
    std::string kept_directory;        // the run's own, where it stays
    std::string unwanted_statistics;   // the pattern that asks for none, for it names a device, pipe or socket
};

/// A run that goes on. It ends with this object: a contained one at once.
class Launch {
public:
    Launch(Launch&&) noexcept;
    Launch& operator=(Launch&&) noexcept;
    ~Launch();

    /// Readable when there is news; -1 where nothing runs.
    [[nodiscard]] int descriptor() const noexcept;
    /// Takes the news, without waiting. Returns whether the run is over, so that finish() does not wait.
    bool update();
    /// Ends a contained run: its tree is killed. The outcome is that of a killed program.
    void stop() noexcept;
    /// Waits for the end and collects the records. Once.
    [[nodiscard]] Outcome finish();

private:
    struct State;
    explicit Launch(std::unique_ptr<State> state);
    friend Launch start(const Request& request);
    std::unique_ptr<State> state_;
};

/// Starts the program. What went wrong stands in the outcome.
[[nodiscard]] Launch start(const Request& request);

[[nodiscard]] Outcome run(const Request& request);

} // namespace faultline::run
