// The subcommands that there are. The build makes subcommands.def of the files src/cli/NAME_command.cpp: a line
// ENTRY(NAME) for each.
#include "cli/cli.hpp"

#include <algorithm>

namespace faultline::cli {

#define ENTRY(name) extern const Entry entry_##name;
#include "subcommands.def"
#undef ENTRY

std::vector<Entry> subcommands()
{
    std::vector<Entry> all{
#define ENTRY(name) entry_##name,
#include "subcommands.def"
#undef ENTRY
    };
    std::ranges::stable_sort(all, {}, &Entry::place);
    return all;
}

} // namespace faultline::cli
