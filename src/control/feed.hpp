// What happens in a run, as it happens: its faults and changes one by one, and how much of each there is.
#pragma once

#include "control/live_run.hpp"
#include "report/json_document.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace faultline::control {

/// The events of a run's records that were not told before, each as one JSON object with its process.
class Feed {
public:
    explicit Feed(const LiveRun& run) : run_(run) {}
    [[nodiscard]] std::vector<report::Json> news();

private:
    const LiveRun& run_;
    std::map<std::string, std::size_t> told_; // by process image: of events and of changes
};

/// Waiting until a fault has fired so many times in the whole run. Who waits looks now and then.
class Wait {
public:
    /// `words`: the fault's name, and maybe how many times; from now on for so long.
    Wait(const LiveRun& run, const std::vector<std::string>& words, std::int64_t patience_ns);

    enum class End : std::uint8_t { fired, in_vain, run_over, mistake };
    struct Outcome {
        End end = End::fired;
        std::string problem = {}; // unless it has fired
    };
    /// Nothing as long as it has to be waited for.
    [[nodiscard]] std::optional<Outcome> look();

    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    [[nodiscard]] std::uint64_t fired() const noexcept { return fired_; } // when it was last looked

private:
    const LiveRun* run_;
    std::string fault_, mistake_;
    std::uint64_t times_ = 1, fired_ = 0;
    std::int64_t end_ns_;
};

/// A run's state as a document, and as text.
[[nodiscard]] report::Json status_of(const LiveRun& run, std::string& problem);
[[nodiscard]] report::Json list_of(const std::vector<FaultState>& faults);
[[nodiscard]] std::string status_text(const LiveRun& run, std::string& problem);
[[nodiscard]] std::string list_text(const std::vector<FaultState>& faults);

/// What a terminal shows of the run: what there was of each function and fault since the view before.
class View {
public:
    explicit View(const LiveRun& run) : run_(run), feed_(run) {}
    [[nodiscard]] std::string next(double seconds);

private:
    const LiveRun& run_;
    Feed feed_;
    std::map<std::string, std::uint64_t> before_;
    std::vector<std::string> last_events_;
};

/// The run's counters in the text format of Prometheus.
[[nodiscard]] std::string metrics_of(const LiveRun& run);

} // namespace faultline::control
