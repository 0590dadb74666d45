#include "cli/interruption.hpp"

#include <csignal>

namespace faultline::cli {

std::atomic<bool> interrupted{false};

void end_early_on_signals()
{
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        std::signal(signal, [](int) { interrupted = true; });
}

} // namespace faultline::cli
