// Findings are repeated at the end, each by the point that speaks for it. That waits until it is known which one that is, so
// that it depends neither on the order of the runs nor on who made them.
#pragma once

#include "explore/finding.hpp"
#include "explore/verdicts.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace faultline::explore {

inline constexpr int longer = 4; // times the limit of a run, for what reached it once

struct Confirming {
    std::function<std::string(const Point&)> plan; // of a point
    std::chrono::nanoseconds limit;                // of a run
    const std::atomic<bool>* stop = nullptr;
};

/// Runs each finding again, all workers at once, and writes down how often it came again.
void confirm_all(std::map<std::string, Finding>& findings, const std::vector<std::unique_ptr<Worker>>& workers,
                 Verdicts& verdicts, const Confirming& how);

} // namespace faultline::explore
