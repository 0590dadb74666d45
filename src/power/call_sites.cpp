#include "power/call_sites.hpp"

#include <fmt/format.h>

namespace faultline::power {

std::vector<report::Frame> stack_of(const door::Recording& recording, std::uint32_t operation)
{
    return report::described_stack(recording.sites.at(recording.operations.at(operation).site));
}

std::string place_text(const std::vector<report::Frame>& stack)
{
    const auto* const own = report::own_frame(stack);
    // What is flushed at the end comes from nowhere in the program, and `faultline mark` from nobody's program.
    if (own == nullptr || own->function == "_start" || report::base_name(own->module) == "faultline") return {};
    return report::stable_words(*own);
}

std::string placed_text(const door::Recording& recording, std::uint32_t operation)
{
    const auto place = place_text(stack_of(recording, operation));
    return operation_text(recording, operation) + (place.empty() ? "" : fmt::format(" ({})", place));
}

} // namespace faultline::power
