// Runs under some of a record's faults, to find those that are needed for what came of all of them.
#pragma once

#include "run/replay.hpp"
#include "run/run.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace faultline::run {

/// What is looked for in a run.
struct Condition {
    enum class Of : std::uint8_t { exit, signal, hang, command };
    Of of = Of::command;
    int number = 0;      // exit status, or signal
    std::string command; // for sh

    /// "exit=3", "signal=SEGV", "hang", or a command. `problem` is set where it is none of them.
    [[nodiscard]] static Condition from(const std::string& text, std::string& problem);
};

class Trials {
public:
    struct Setting {
        std::vector<std::string> command;
        Condition condition;
        std::string before; // for sh, before each run; may be empty
        std::int64_t timeout_ns = 60'000'000'000;
        std::function<void(std::size_t trials, std::size_t faults)> told; // before each run
    };
    struct Result {
        std::optional<Refusal> refusal; // the program cannot be run
        std::string problem;            // a run could not be made, or judged
        bool happened = false;          // with all faults
        std::string why;                // it did not: how the run ended
        std::vector<std::size_t> needed;
        std::size_t trials = 0;
    };

    Trials(const Replay& replay, Setting setting) : replay_(replay), setting_(std::move(setting)) {}
    /// Waits for all the runs.
    [[nodiscard]] Result minimise();

private:
    [[nodiscard]] bool happens(const std::vector<std::size_t>& chosen, const std::string& directory);
    [[nodiscard]] bool holds(const Outcome& outcome, const std::string& directory);

    const Replay& replay_;
    Setting setting_;
    Result result_;
};

} // namespace faultline::run
