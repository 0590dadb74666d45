// Any bytes as a plan: it is parsed and described, or there is a mistake to tell. What the parser makes, the reader of
// ledgers must accept, for ledgers hold plans.
#include "language/parse.hpp"
#include "plan/valid.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
    using namespace faultline;
    const auto parsed = language::parse({reinterpret_cast<const char*>(bytes), count}, "/plan.toml");
    for (const auto& mistake : parsed.mistakes)
        if (mistake.at("plan.toml").find('\n') != std::string::npos) std::abort(); // one line each
    if (parsed.mistakes.empty() == parsed.block.empty()) std::abort();
    if (parsed.block.empty()) return 0;
    if (!plan::valid(parsed.plan(), parsed.block.size())) std::abort();
    for (const auto& fault : parsed.plan().view(parsed.plan().faults))
        if (language::describe(parsed.plan(), fault).empty()) std::abort();
    return 0;
}
