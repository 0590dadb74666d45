#include "cli/cli.hpp"

#include <cstdio>
#include <fmt/format.h>

namespace faultline::cli {

int fail(int status, std::string_view what)
{
    fmt::print(stderr, "faultline: {}\n", what);
    return status;
}

} // namespace faultline::cli
