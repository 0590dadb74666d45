#include "cli/cli.hpp"

namespace faultline::cli {

std::optional<run::Way> way_named(std::string_view door)
{
    if (door == "preload") return run::Way::preload;
    if (door == "kernel") return run::Way::kernel;
    if (door == "auto") return run::Way::automatic;
    return std::nullopt;
}

} // namespace faultline::cli
