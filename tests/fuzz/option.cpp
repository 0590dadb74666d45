// Any text as the fault of a command line: it becomes one fault of a plan, or there is a problem to tell.
#include "language/fault_option.hpp"
#include "language/parse.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
    using namespace faultline;
    std::set<std::string> names;
    const auto option = cli::parse_fault_option({reinterpret_cast<const char*>(bytes), count}, names);
    if (option.problem.empty() == option.toml.empty()) std::abort();
    if (option.toml.empty()) return 0;
    const auto lines = std::ranges::count(option.toml, '\n');
    if (static_cast<std::size_t>(lines) != option.sources.size()) std::abort(); // each can be traced back
    const auto parsed = language::parse(option.toml, "");
    // Nobody may smuggle a second table, or a plan's key, through an option.
    if (parsed.mistakes.empty() && parsed.plan().faults.count != 1) std::abort();
    return 0;
}
