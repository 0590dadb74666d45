#include "door/record_sites.hpp"

namespace faultline::door {

std::uint32_t CallSites::of(const Asked& asked, RecordWriter& writer)
{
    if (asked.address == 0) return asked.site;
    constexpr std::size_t most = 64; // a shell makes thousands of processes, and nothing tells here that one is gone
    if (processes_.size() >= most && !processes_.contains(asked.pid)) processes_.clear();
    auto& origins = processes_.try_emplace(asked.pid, asked.pid).first->second;
    const auto* const origin = origins.of(asked.tid, asked.address, nullptr);
    if (origin == nullptr || origin->number != 0) return origin == nullptr ? 0 : origin->number;
    std::vector<report::Address> stack;
    for (const auto& frame : origin->frames) // code in no file is never twice at the same address
        if (!frame.path.empty()) stack.push_back({frame.path, frame.offset});
    return origin->number = writer.site(stack);
}

} // namespace faultline::door
