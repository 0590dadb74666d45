#include "run/ending.hpp"

#include <cstring>
#include <fmt/format.h>
#include <sys/wait.h>

namespace faultline::run {

std::string ending(int status)
{
    if (WIFEXITED(status)) return fmt::format("exited {}", WEXITSTATUS(status));
    const char* const name = sigabbrev_np(WTERMSIG(status));
    return name != nullptr ? fmt::format("killed by SIG{}", name)
                           : fmt::format("killed by signal {}", WTERMSIG(status));
}

int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

} // namespace faultline::run
