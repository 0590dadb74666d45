// How a program ended, from what waitpid says.
#pragma once

#include <string>

namespace faultline::run {

/// "exited 2", "killed by SIGKILL".
[[nodiscard]] std::string ending(int status);

/// The exit status that passes it on: the program's own, or 128 and the signal's number.
[[nodiscard]] int status_of(int status);

} // namespace faultline::run
