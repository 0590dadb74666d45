// What happens in a run, as it happens: its faults and changes one by one, and how much of each there is.
#pragma once

#include "control/live_run.hpp"
#include "report/json_document.hpp"

#include <cstdint>
#include <map>
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

/// Waits until a fault has fired so many times in the whole run. 0, or why not: the run has ended, or the time is over.
struct Waited {
    std::uint64_t fired = 0;
    std::string problem;
};
[[nodiscard]] Waited wait_for(const LiveRun& run, const std::string& fault, std::uint64_t times,
                              std::int64_t patience_ns);

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
