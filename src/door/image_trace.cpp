// The trace in an image's record, as engine/trace.cpp keeps it in the host: only the supervisor writes here, so a map serves.
#include "door/images.hpp"

#include "sys/syscalls.hpp"

#include <algorithm>

namespace faultline::door {

ledger::TraceSite* Image::claim_trace()
{
    constexpr std::uint64_t some = 64;
    const auto slot = header_->traces_claimed.load();
    auto backed = header_->traces_backed.load();
    if (slot < ledger::trace_limit && slot >= backed &&
        back(header_->trace_site_at(backed), header_->trace_site_at(backed + some)))
        header_->traces_backed = backed += some;
    if (slot >= std::min<std::uint64_t>(backed, ledger::trace_limit)) {
        header_->trouble |= ledger::trace_lost;
        return nullptr;
    }
    header_->traces_claimed = slot + 1;
    return &header_->trace_site(slot);
}

std::uint64_t Image::index_of_module(const std::string& path)
{
    if (path.empty()) return ledger::trace_no_module;
    constexpr auto room = sizeof ledger::TraceModule::bytes;
    // The end of a path that is too long says more than its beginning.
    const auto text = std::string_view(path).substr(path.size() > room ? path.size() - room : 0);
    for (std::uint64_t index = 0; index < ledger::trace_modules; ++index) {
        auto& module = header_->trace_module(index);
        if (module.length == 0) module.assign(text);
        if (module.view() == text) return index;
    }
    return ledger::trace_no_module;
}

void Image::trace(std::uint16_t function, const ledger::Thread& block, const Origin& origin)
{
    if (header_->trace_offset == 0) return;
    const auto lineage = block.lineage.view();
    const auto [at, is_new] = traced_.try_emplace({function, origin.site, std::string(lineage)}, nullptr);
    if (is_new && (at->second = claim_trace()) != nullptr) {
        auto& slot = *at->second;
        slot.function = function;
        slot.site = origin.site;
        const auto claimed = header_->threads_claimed.load();
        for (std::uint32_t each = 0; each < claimed; ++each)
            slot.first_call += header_->thread(each).calls(header_->fault_count)[function];
        const auto process = header_->lineage.view();
        if (lineage.starts_with(process)) slot.thread.assign(lineage.substr(process.size()));
        const auto count = std::min<std::size_t>(origin.frames.size(), ledger::trace_frames);
        constexpr auto offset_mask = (std::uint64_t{1} << ledger::trace_module_shift) - 1;
        for (std::size_t i = 0; i < count; ++i)
            slot.frame[i] = index_of_module(origin.frames[i].path) << ledger::trace_module_shift |
                            (origin.frames[i].offset & offset_mask);
        slot.frames = static_cast<std::uint16_t>(count);
        slot.complete = 1;
    }
    if (at->second != nullptr) ++at->second->calls;
}

} // namespace faultline::door
