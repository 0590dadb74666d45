// The faultline command's subcommands. Each adds itself to the command line and, when it is the one asked for, runs and
// leaves its exit status.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace faultline::cli {

/// Exit statuses that are not the started command's own, as `env` has them.
enum Status : int { own_error = 125, cannot_run = 126, not_found = 127 };

/// `command` is what stands behind "--".
void add_run(CLI::App& app, const std::vector<std::string>& command, int& status);
void add_check(CLI::App& app, int& status);
void add_list(CLI::App& app, int& status);
void add_explain(CLI::App& app, int& status);
void add_report(CLI::App& app, int& status);

} // namespace faultline::cli
