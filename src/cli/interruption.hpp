// Commands that end by themselves when they are told to, and say what they know by then.
#pragma once

#include <atomic>

namespace faultline::cli {

/// Whether SIGINT, SIGTERM or SIGHUP has come, since end_early_on_signals().
extern std::atomic<bool> interrupted;

/// These signals no longer end the process.
void end_early_on_signals();

} // namespace faultline::cli
