// Build-time tool: prints the linker's version script, from the table and the list of the C interface.
#include "calls/table.hpp"

#include <cstdio>

int main()
{
    std::puts("{\n  global:");
    for (const auto& spec : faultline::calls::table)
        std::printf("    %s;\n", spec.name.c_str());
#define API(symbol) std::puts("    " #symbol ";");
#include "api/exported.def"
#undef API
    std::puts("  local: *;\n};");
}
