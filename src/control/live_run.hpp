// A run that goes on, and what can be done to it: each verb of `faultline ctl` is a function here. What a function
// returns says what went wrong; nothing is changed then.
#pragma once

#include "control/members.hpp"
#include "language/value.hpp"
#include "report/record_files.hpp"
#include "run/control_file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace faultline::control {

/// What became of a verb.
struct Done {
    std::vector<std::string> mistakes; // not empty: nothing was done
    bool changed = false;              // false: it was so before
    std::uint32_t generation = 0;      // that is in force now
    double seconds = 0;                // from the moment at which it was in force until all had taken it over
    std::vector<Member> behind;        // processes that have not taken it over
    std::string name;                  // of the fault that was added
};

struct FaultState {
    std::string name, type, text; // what it does, in plain words
    bool enabled = true;
    bool removed = false; // it is no more, and its counts stay
    std::uint64_t matched = 0, triggered = 0;
};

class LiveRun {
public:
    explicit LiveRun(std::string directory) : directory_(std::move(directory)) {}

    [[nodiscard]] const std::string& directory() const noexcept { return directory_; }
    [[nodiscard]] bool gone() const; // the run has ended
    /// The records of all processes, as they stand, with the names that faults have in `plan`: the one in force.
    [[nodiscard]] report::Records records() const;
    [[nodiscard]] report::Records records(const plan::Plan& plan) const;
    [[nodiscard]] std::vector<Member> members() const { return members_of(directory_); }
    /// The faults with their counts over all processes; `problem` says why there are none.
    [[nodiscard]] std::vector<FaultState> faults(std::string& problem) const;
    /// The generation in force, and for how long nothing strikes yet, in ns.
    struct Force {
        std::uint32_t generation = 0;
        std::int64_t quiet_ns = 0;
        std::string problem;
    };
    [[nodiscard]] Force force() const;

    [[nodiscard]] Done enable(const std::vector<std::string>& names, bool enabled);
    /// `items`: as in a -f option, "probability=0.5".
    [[nodiscard]] Done set(const std::string& name, const std::vector<std::string>& items);
    /// `option`: as for -f.
    [[nodiscard]] Done add(const std::string& option);
    [[nodiscard]] Done remove(const std::vector<std::string>& names);
    [[nodiscard]] Done replace(const std::string& name, const std::string& option);
    /// The faults of a plan file in place of all; those that are the same in both go on.
    [[nodiscard]] Done load(const std::string& path);
    [[nodiscard]] Done reset();
    [[nodiscard]] Done quiet(const std::string& duration);
    /// Has threads wait at a call: FUNCTIONS, or FUNCTIONS:KEY=VALUE… with selectors and triggers; `delay` is the
    /// longest that one waits.
    [[nodiscard]] Done hold(const std::string& option);
    [[nodiscard]] Done release(const std::vector<std::string>& names);

    std::int64_t patience_ns = 5'000'000'000; // for processes to take a change over

private:
    class Change;
    [[nodiscard]] std::string file(std::string_view name) const;

    std::string directory_;
};

} // namespace faultline::control
