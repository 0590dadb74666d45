// Any text as the fault of a command line: it becomes one fault of a plan, or there is a problem to tell.
#include "language/fault_option.hpp"
#include "language/parse.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
    using namespace faultline;
    std::set<std::string> names;
    const auto option = language::parse_fault_option({reinterpret_cast<const char*>(bytes), count}, 1, names);
    if (option.problem.empty() == option.table.entries.empty()) std::abort();
    if (!option.problem.empty()) return 0;
    const auto parsed = language::parse("", "", {&option.table, 1});
    for (const auto& mistake : parsed.mistakes) // each can be traced back
        if (mistake.option != 1 || static_cast<std::size_t>(mistake.line) > option.items.size()) std::abort();
    if (parsed.mistakes.empty() && parsed.plan().faults.count != 1) std::abort();
    // A process that reads its plan from a file reads the same: no option adds a second table, or a plan's key.
    const auto as_file = language::parse(language::fault_as_toml(option.table), "");
    if (parsed.mistakes.empty() && parsed.block != as_file.block) std::abort();
    return 0;
}
