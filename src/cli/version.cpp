// The version, with the commit that it was built from: a file of its own, so that a commit compiles nothing else anew.
#include "cli/cli.hpp"

namespace faultline::cli {

std::string version()
{
    constexpr std::string_view commit = FAULTLINE_COMMIT; // empty: built from sources without git
    return FAULTLINE_VERSION + (commit.empty() ? std::string() : " (" + std::string(commit) + ")");
}

} // namespace faultline::cli
