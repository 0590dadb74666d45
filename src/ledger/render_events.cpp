// The events of a record, what was changed of its plan while it went on, and the sites of a trace.
#include "ledger/rendering.hpp"

namespace faultline::ledger {

using namespace std::string_view_literals;
using Lines = Json::Lines;

/// How many slots of events may hold something.
std::uint64_t Rendering::kept_events() const noexcept
{
    auto kept = header_.events_backed.load(std::memory_order_acquire);
    if (header_.event_limit < kept) kept = header_.event_limit;
    const auto claimed = header_.events_claimed.load(std::memory_order_acquire);
    return claimed < kept ? claimed : kept;
}

/// What was changed of the plan while the process ran; nothing in a run that was left alone.
void Rendering::changes() noexcept
{
    bool any = false;
    const auto kept = kept_events();
    for (std::uint64_t slot = 0; slot < kept; ++slot) {
        const auto& each = header_.event(slot);
        if (each.complete.load(std::memory_order_acquire) != 1 || !is_change(each)) continue;
        if (!any) json_.key("changes").open('[', Lines::each);
        any = true;
        json_.open('{');
        json_.key("generation").number(each.match);
        json_.key("time").fixed(each.time_ns / 1000, 6);
        json_.key("change").string(each.path.view());
        json_.close('}');
    }
    if (any) json_.close(']', Lines::each);
}

void Rendering::events() noexcept
{
    const auto claimed = header_.events_claimed.load(std::memory_order_acquire);
    const auto kept = kept_events();
    json_.key("events").open('[', Lines::each);
    std::uint64_t complete = 0;
    for (std::uint64_t slot = 0; slot < kept; ++slot) {
        const auto& each = header_.event(slot);
        // One that a signal or SIGKILL cut off, or that is being written.
        if (each.complete.load(std::memory_order_acquire) != 1) continue;
        if (is_change(each)) {
            ++complete;
            continue;
        }
        if (each.fault >= faults().size() || each.function >= functions().size()) continue;
        event(each);
        ++complete;
    }
    json_.close(']', Lines::each);
    json_.key("events_dropped").number(less(claimed, complete));
}

void Rendering::event(const Event& event) noexcept
{
    const auto& fault = faults()[event.fault];
    json_.open('{');
    json_.key("fault").string(plan_.text(fault.name));
    json_.key("type").string(plan::type_name(fault));
    json_.key("target").string(plan_.text(functions()[event.function].name));
    json_.key("call").number(event.call);
    json_.key("match").number(event.match);
    json_.key("time").fixed(event.time_ns / 1000, 6);
    json_.key("thread").string(header_.lineage.view(), event.thread.view());
    json_.key("thread_call").number(event.thread_call);
    if (event.error != 0) error("errno", event.error);
    if (event.has_fd != 0) json_.key("fd").integer(event.fd);
    if (auto path = event.path.view(); !path.empty()) {
        const bool cut = (event.did & did_cut_path) != 0;
        while (cut && !path.empty() && (static_cast<unsigned char>(path.front()) & 0xc0U) == 0x80U)
            path.remove_prefix(1); // the rest of a character that was cut in two
        json_.key("path").string(cut ? "…"sv : ""sv, path);
    }
    if (event.has_size != 0) json_.key("size").number(event.size);
    effect(event);
    json_.close('}');
}

void Rendering::effect(const Event& event) noexcept
{
    const auto did = [&event](Did what) { return (event.did & what) != 0; };
    const auto mode = static_cast<std::size_t>(event.mode);
    const auto moment = static_cast<std::size_t>(event.moment);
    if (const auto module = event.module.view(); !module.empty()) {
        json_.key("caller").hexadecimal(module, "+0x", event.caller_offset);
    } else if (event.caller_offset != 0) {
        json_.key("caller").hexadecimal("", "0x", event.caller_offset);
    }
    if (did(did_site)) json_.key("site").hexadecimal("", "", event.site, 8);
    if (did(did_delay)) json_.key("delay").fixed(static_cast<std::int64_t>(event.delay_ns), 9);
    if (did(did_return)) json_.key("returned").integer(event.returned);
    if (did(did_shift)) json_.key("shift").fixed(event.returned / 1000, 6);
    if (did(did_signal)) signal(event.signal);
    if (did(did_moment) && moment < plan::moment_names.size()) json_.key("moment").string(plan::moment_names[moment]);
    if (event.cut != 0) json_.key("cut").boolean(true);
    if (did(did_mode) && mode < plan::mode_names.size()) json_.key("mode").string(plan::mode_names[mode]);
    if (did(did_offset)) json_.key("offset").number(event.offset);
    if (did(did_bytes)) json_.key("bytes").number(event.bytes);
    if (did(did_pass)) json_.key("dropped").boolean(false);
    if (did(did_not_revert)) json_.key("reverted").boolean(false);
    if (event.failed != 0) error("failed", event.failed);
}

void Rendering::sites() noexcept
{
    auto count = header_.traces_claimed.load(std::memory_order_acquire);
    for (const std::uint64_t most : {header_.traces_backed.load(std::memory_order_acquire), std::uint64_t{trace_limit}})
        if (most < count) count = most;
    json_.key("sites").open('[', Lines::each);
    for (std::uint64_t slot = 0; slot < count; ++slot) {
        const auto& each = header_.trace_site(slot);
        if (each.complete.load(std::memory_order_acquire) == 1 && each.function < functions().size()) site(each);
    }
    json_.close(']', Lines::each);
}

void Rendering::site(const TraceSite& site) noexcept
{
    json_.open('{');
    json_.key("function").string(plan_.text(functions()[site.function].name));
    json_.key("site").hexadecimal("", "", site.site, 8);
    json_.key("calls").number(site.calls.load(std::memory_order_relaxed));
    json_.key("first").number(site.first_call);
    json_.key("thread").string(header_.lineage.view(), site.thread.view());
    json_.key("stack").open('[');
    for (std::size_t i = 0; i < site.frames && i < trace_frames; ++i) {
        const auto module = site.frame[i] >> trace_module_shift;
        const auto offset = site.frame[i] & ((std::uint64_t{1} << trace_module_shift) - 1);
        if (module >= trace_modules)
            json_.hexadecimal("", "0x", offset);
        else
            json_.hexadecimal(header_.trace_module(module).view(), "+0x", offset);
    }
    json_.close(']');
    json_.close('}');
}

} // namespace faultline::ledger
