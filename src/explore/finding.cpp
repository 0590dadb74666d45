#include "explore/finding.hpp"

#include "plan/glob.hpp"
#include "report/stack.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <tuple>

namespace faultline::explore {

namespace {

/// The innermost frame tells two mistakes in one function apart. Its callers are called by their names, where they have
/// some: one mistake is reached from several places.
std::string crash_place(const std::vector<report::Address>& stack)
{
    constexpr std::size_t frames = 3;
    std::string text;
    for (const auto& frame : own_frames(stack, frames)) {
        const auto symbol = symbol_of(frame);
        const auto name = fmt::format("{}:{}", report::base_name(frame.module), symbol.function);
        if (!text.empty()) text += " < ";
        if (symbol.function.empty())
            text += text_of(frame);
        else
            text += text.empty() ? fmt::format("{}+{:#x}", name, symbol.offset) : name;
    }
    return text;
}

std::string innermost(const std::vector<report::Address>& stack)
{
    const auto own = own_frames(stack, 1);
    return own.empty() ? std::string() : text_of(own.front());
}

} // namespace

std::string merge_key(const Outcome& outcome, const Point& point, const std::optional<Site>& site, const Crash& crash)
{
    if (crash.signal != 0)
        return fmt::format("{} {} at {}", name_of(outcome.kind), crash.signal, crash_place(crash.stack));
    const auto& strike = point.strikes.back();
    // A program's allocator calls now one, now another of libc's functions.
    constexpr std::array<std::string_view, 4> allocators{"malloc", "calloc", "realloc", "reallocarray"};
    const bool allocates = std::ranges::find(allocators, strike.function) != allocators.end();
    return fmt::format("{} {} from {}", name_of(outcome.kind), allocates ? "allocation" : strike.function,
                       site ? innermost(site->stack) : fmt::format("{:08x}", strike.site));
}

bool is_absorbed(const std::vector<std::string>& list, const Strike& strike, const std::optional<Site>& site)
{
    return std::ranges::any_of(list, [&](const std::string& entry) {
        if (entry == fmt::format("{:08x}", strike.site)) return true;
        const auto at = entry.find('@');
        if (!plan::glob_matches(std::string_view(entry).substr(0, at), strike.function)) return false;
        if (at == std::string::npos) return true;
        const auto own =
            site ? std::ranges::find_if_not(site->stack, [](const auto& frame) { return in_runtime(frame); })
                 : decltype(site->stack.begin()){};
        return site && own != site->stack.end() &&
               plan::glob_matches(std::string_view(entry).substr(at + 1), report::base_name(own->module));
    });
}

bool weaker(const Point& a, const Point& b)
{
    const auto weight = [](const Point& point) {
        const auto& strike = point.strikes.back();
        return std::tuple(strike.persistence == Persistence::everywhere, point.strikes.size(), strike.persistence,
                          strike.occurrence);
    };
    return weight(a) < weight(b);
}

} // namespace faultline::explore
