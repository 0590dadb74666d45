#include "explore/finding.hpp"

#include "plan/glob.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>

namespace faultline::explore {

namespace {

std::string_view base_name(std::string_view path)
{
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// The innermost frames of the program's own code.
std::string own_frames(const std::vector<Frame>& stack, std::size_t most)
{
    std::string text;
    std::size_t count = 0;
    for (const auto& frame : stack) {
        if (in_runtime(frame)) continue;
        text += (text.empty() ? "" : " < ") + text_of(frame);
        if (++count == most) break;
    }
    if (text.empty() && !stack.empty()) text = text_of(stack.front());
    return text;
}

} // namespace

bool in_runtime(const Frame& frame)
{
    constexpr std::array<std::string_view, 10> runtime{"libc.so",      "ld-linux",    "libpthread.so",   "libm.so",
                                                       "libstdc++.so", "libgcc_s.so", "libfaultline.so", "libdl.so",
                                                       "linux-vdso",   "[vdso"};
    const auto name = base_name(frame.module);
    return name.empty() ||
           std::ranges::any_of(runtime, [name](std::string_view each) { return name.starts_with(each); });
}

std::string text_of(const Frame& frame)
{
    return frame.module.empty() ? fmt::format("{:#x}", frame.offset)
                                : fmt::format("{}+{:#x}", base_name(frame.module), frame.offset);
}

std::string merge_key(const Outcome& outcome, const Point& point, const std::optional<Site>& site, const Crash& crash)
{
    constexpr std::size_t crash_frames = 3;
    if (crash.signal != 0)
        return fmt::format("{} {} at {}", name_of(outcome.kind), crash.signal, own_frames(crash.stack, crash_frames));
    const auto& strike = point.strikes.back();
    // A program's allocator calls now one, now another of libc's functions.
    constexpr std::array<std::string_view, 4> allocators{"malloc", "calloc", "realloc", "reallocarray"};
    const bool allocates = std::ranges::find(allocators, strike.function) != allocators.end();
    return fmt::format("{} {} from {}", name_of(outcome.kind), allocates ? "allocation" : strike.function,
                       site ? own_frames(site->stack, 1) : fmt::format("{:08x}", strike.site));
}

bool is_absorbed(const std::vector<std::string>& list, const Strike& strike, const std::optional<Site>& site)
{
    return std::ranges::any_of(list, [&](const std::string& entry) {
        if (entry == fmt::format("{:08x}", strike.site)) return true;
        const auto at = entry.find('@');
        if (!plan::glob_matches(std::string_view(entry).substr(0, at), strike.function)) return false;
        if (at == std::string::npos) return true;
        const auto own = site ? std::ranges::find_if_not(site->stack, in_runtime) : decltype(site->stack.begin()){};
        return site && own != site->stack.end() &&
               plan::glob_matches(std::string_view(entry).substr(at + 1), base_name(own->module));
    });
}

bool weaker(const Point& a, const Point& b)
{
    const auto weight = [](const Point& point) {
        const auto& strike = point.strikes.back();
        return std::tuple(point.strikes.size(), strike.persistence, strike.occurrence);
    };
    return weight(a) < weight(b);
}

} // namespace faultline::explore
