// Build-time tool: prints the linker's version script, from the table.
#include "calls/table.hpp"

#include <cstdio>

int main()
{
    std::puts("{\n  global:");
    for (const auto& spec : faultline::calls::table)
        std::printf("    %s;\n", spec.name.c_str());
    std::puts("  local: *;\n};");
}
