// The verbs of `faultline ctl` over HTTP, on this machine alone, and counters for Prometheus.
#pragma once

#include "control/live_run.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace faultline::control {

/// Serves until the run ends, on 127.0.0.1 at `port` (0: one that is free). `ready` is told the port. Returns what went
/// wrong; empty: nothing did.
///
///     GET /status, /faults, /events     what `ctl status`, `list` and `events` tell
///     GET /metrics                      the text format of Prometheus
///     POST /VERB                        {"words": ["NAME", …]}: what stands behind the verb on a command line
///     POST /wait                        {"words": ["NAME", "TIMES"], "timeout": "5s"}
///
/// One request after the other; one that waits does not hold up the others. A browser's page cannot reach it: a request names this machine as its host, and a POST
/// is JSON by its type.
[[nodiscard]] std::string serve(LiveRun& run, std::uint16_t port, const std::function<void(std::uint16_t)>& ready);

} // namespace faultline::control
