#include "language/words.hpp"

#include "engine/numbers.hpp"
#include "language/suggest.hpp"

#include <fmt/format.h>

namespace faultline::language {

std::string percent(double share)
{
    const double value = share * 100;
    if (value != 0 && value < 0.01) return fmt::format("{:.2g} %", value);
    return fmt::format("{} %", static_cast<double>(engine::rounded<std::int64_t>(value * 100)) / 100);
}

std::string duration(std::uint64_t ns)
{
    struct Unit {
        std::uint64_t of;
        std::string_view name;
    };
    constexpr Unit units[] = {{3'600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"},
                              {1'000'000, "ms"},        {1'000, "us"},         {1, "ns"}};
    for (const auto& unit : units)
        if (ns != 0 && ns % unit.of == 0) return fmt::format("{}{}", ns / unit.of, unit.name);
    return "0s";
}

std::string bytes(std::uint64_t count) { return fmt::format("{} byte{}", count, count == 1 ? "" : "s"); }

std::string joined(const std::vector<std::string>& words, std::string_view conjunction)
{
    return one_of(std::vector<std::string_view>(words.begin(), words.end()), conjunction);
}

std::string either(const std::vector<std::string>& wanted, const std::vector<std::string>& unwanted,
                   std::string_view preposition)
{
    std::string text;
    if (!wanted.empty()) text += fmt::format(" {} {}", preposition, joined(wanted));
    if (!unwanted.empty())
        text += fmt::format("{} not {} {}", wanted.empty() ? "" : " but", preposition, joined(unwanted));
    return text;
}

std::string either(const Plan& plan, Slice<Glob> globs, std::string_view preposition)
{
    std::vector<std::string> wanted;
    std::vector<std::string> unwanted;
    for (const auto& glob : plan.view(globs))
        (glob.negated != 0 ? unwanted : wanted).emplace_back(plan.text(glob.pattern));
    return either(wanted, unwanted, preposition);
}

} // namespace faultline::language
