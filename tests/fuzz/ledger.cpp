// Any bytes as a ledger: it is rendered, as JSON, or there is a problem to tell.
#include "file.hpp"
#include "ledger/reader.hpp"

#include <nlohmann/json.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
    const faultline::fuzz::File file(bytes, count);
    const auto opened = faultline::ledger::open(file.path());
    if (opened.problem.empty() != opened.ledger.has_value()) std::abort();
    if (opened.ledger && !nlohmann::json::accept(opened.ledger->json())) std::abort();
    return 0;
}
