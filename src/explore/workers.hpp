// The workers of an exploration, each over a directory of its own.
#pragma once

#include "explore/explorer.hpp"

#include <memory>
#include <string>
#include <vector>

namespace faultline::explore {

/// Starts as many as there are jobs, below `root`, and completes the options' surroundings. Returns why it cannot; empty:
/// it could. Only while this process has one thread.
[[nodiscard]] std::string start_workers(Options& options, const std::string& root, const Prepare& prepare,
                                        std::vector<std::unique_ptr<Worker>>& workers);

} // namespace faultline::explore
