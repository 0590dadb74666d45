// Build-time tool: prints the subcommands as faultline(1) lists them.
#include "cli/cli.hpp"

#include <cstdio>

int main()
{
    for (const auto& entry : faultline::cli::subcommands())
        std::printf("*faultline-%s*(1)\n\t%s\n\n", entry.name, entry.summary);
}
