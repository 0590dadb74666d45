#include "explore/point.hpp"

#include "engine/draw.hpp"

#include <charconv>
#include <fmt/format.h>

namespace faultline::explore {

std::string matches(const Strike& strike)
{
    switch (strike.persistence) {
    case Persistence::once:
    case Persistence::everywhere:
        return fmt::format("{}", strike.occurrence);
    case Persistence::twice:
        return fmt::format("{}..{}", strike.occurrence, strike.occurrence + 1);
    case Persistence::thrice:
        return fmt::format("{}..{}", strike.occurrence, strike.occurrence + 2);
    case Persistence::on:
        return fmt::format("{}..", strike.occurrence);
    }
    return {};
}

std::string_view name_of(Persistence persistence)
{
    return report::persistence_names[static_cast<std::size_t>(persistence)];
}

std::uint64_t Point::id() const
{
    std::uint64_t hash = 0;
    for (const auto& strike : strikes)
        hash = engine::hash(fmt::format("{} {:08x} {} {} {} {};", strike.function, strike.site, strike.what.type,
                                        strike.what.error, strike.occurrence, name_of(strike.persistence)),
                            hash);
    return hash;
}

std::uint64_t Point::root() const
{
    const auto& first = strikes.front();
    return engine::hash(fmt::format("{} {:08x} {} {}", first.function, first.site, first.what.type, first.what.error));
}

std::string Point::text() const { return report::words(as_record(*this)); }

std::vector<report::Strike> as_record(const Point& point)
{
    std::vector<report::Strike> strikes;
    for (const auto& strike : point.strikes)
        strikes.push_back({strike.function, fmt::format("{:08x}", strike.site), strike.what.family, strike.what.type,
                           strike.what.error, strike.occurrence, std::string(name_of(strike.persistence)),
                           strike.call});
    return strikes;
}

Point point_of(const std::vector<report::Strike>& strikes)
{
    Point point;
    for (const auto& each : strikes) {
        auto& strike = point.strikes.emplace_back();
        strike.function = each.function;
        std::from_chars(each.site.data(), each.site.data() + each.site.size(), strike.site, 16);
        strike.what = {each.family, each.type, each.error};
        strike.occurrence = each.match;
        strike.call = each.call;
        strike.persistence = static_cast<Persistence>(report::persistence_of(each.persistence));
    }
    return point;
}

std::string plan_of(const Point& point, bool tree, bool trace)
{
    std::string plan = "seed = 1\n";
    if (trace) plan += "trace = true\n";
    int number = 0;
    for (const auto& strike : point.strikes) {
        plan += fmt::format("\n[[fault]]\nname = \"strike-{}\"\nfunctions = \"{}\"\ntype = \"{}\"\n", ++number,
                            strike.function, strike.what.type);
        if (!strike.what.error.empty()) plan += fmt::format("errno = \"{}\"\n", strike.what.error);
        plan += fmt::format("site = \"{:08x}\"\non = \"{}\"\n", strike.site, matches(strike));
        if (tree) plan += "count = \"run\"\n";
        if (strike.persistence == Persistence::everywhere)
            plan += fmt::format("\n[[fault]]\nname = \"everywhere-{0}\"\nfunctions = [\"{2}\"]\ntype = \"errno\"\n"
                                "errno = \"{1}\"\nafter_fault = \"strike-{0}\"\n",
                                number, strike.what.error, fmt::join(spreads_to(strike.what.error), "\", \""));
    }
    return plan;
}

std::string id_text(std::uint64_t id) { return fmt::format("{:016x}", id); }

} // namespace faultline::explore
