// Faults in plain words.
#include "calls/errors.hpp"
#include "plan/functions.hpp"
#include "plan/suggest.hpp"
#include "plan/values.hpp"

#include <fmt/format.h>

namespace faultline::plan {

namespace {

std::string percent(double share)
{
    const double value = share * 100;
    if (value != 0 && value < 0.01) return fmt::format("{:.2g} %", value);
    return fmt::format("{} %", static_cast<double>(static_cast<std::int64_t>(value * 100 + 0.5)) / 100);
}

/// In the largest unit in which it is a whole number.
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

std::string functions_of(const Plan& plan, std::size_t fault)
{
    std::vector<std::string_view> names;
    for (const auto& function : plan.view(plan.functions))
        for (const auto index : plan.view(function.faults))
            if (index == fault) names.push_back(plan.text(function.name));
    return listed(names);
}

std::string whose(const Plan& plan, const Fault& fault)
{
    std::string text;
    if (fault.path_set != no_index) {
        std::vector<std::string_view> wanted;
        std::vector<std::string_view> unwanted;
        for (const auto& glob : plan.view(plan.view(plan.path_sets)[fault.path_set]))
            (glob.negated != 0 ? unwanted : wanted).push_back(plan.text(glob.pattern));
        if (!wanted.empty()) text += " on " + one_of(wanted);
        if (!unwanted.empty()) text += fmt::format("{} not on {}", wanted.empty() ? "" : " but", one_of(unwanted));
    }
    if (fault.size_least == fault.size_most)
        text += " of " + bytes(fault.size_least);
    else if (fault.size_most == unlimited && fault.size_least != 0)
        text += fmt::format(" of {} or more", bytes(fault.size_least));
    else if (fault.size_least == 0 && fault.size_most != unlimited)
        text += fmt::format(" of at most {}", bytes(fault.size_most));
    else if (fault.selects_size())
        text += fmt::format(" of {} to {}", fault.size_least, bytes(fault.size_most));
    return text;
}

std::string waits(const Delay& delay)
{
    using enum Delay::Shape;
    std::string text;
    switch (delay.shape) {
    case none:
        return {};
    case fixed:
        return "wait " + duration(delay.low);
    case uniform:
        return fmt::format("wait {} to {}", duration(delay.low), duration(delay.high));
    case normal:
        text = fmt::format("wait about {} (normal, stddev {}", duration(delay.mean), duration(delay.stddev));
        break;
    case exponential:
        text = fmt::format("wait {} on average (exponential", duration(delay.mean));
        break;
    case pareto:
        text = fmt::format("wait {} on average (pareto, stddev {}", duration(delay.mean), duration(delay.stddev));
        break;
    }
    if (delay.low != 0) text += ", at least " + duration(delay.low);
    if (delay.high != unlimited) text += ", at most " + duration(delay.high);
    return text + ")";
}

std::string fails(const Plan& plan, const Fault& fault)
{
    const auto errors = plan.view(fault.errors);
    std::vector<std::string> choices;
    std::uint32_t before = 0;
    bool equal = true;
    for (const auto& error : errors) {
        equal = equal && error.weight_to_here - before == errors[0].weight_to_here;
        before = error.weight_to_here;
    }
    before = 0;
    for (const auto& error : errors) {
        auto name = std::string(calls::error_name(error.code));
        if (!equal)
            name += fmt::format(" ({})", percent(static_cast<double>(error.weight_to_here - before) /
                                                 static_cast<double>(errors.back().weight_to_here)));
        before = error.weight_to_here;
        choices.push_back(std::move(name));
    }
    const std::vector<std::string_view> names(choices.begin(), choices.end());
    auto text = errors.empty() ? std::string("fail with one of the errors that can really happen to them")
                               : "fail with " + one_of(names);
    if (fault.has_returns) text += fmt::format(", returning {}", fault.returns);
    return text;
}

std::string corrupts(const Fault& fault)
{
    const auto mode = mode_names[static_cast<std::size_t>(fault.mode)];
    auto text =
        fault.amount.bytes != 0 ? bytes(fault.amount.bytes) : percent(share_of(fault.amount.share)) + " of the bytes";
    if (fault.range_last != unlimited)
        text += fmt::format(" among bytes {} to {}", fault.range_first, fault.range_last);
    else if (fault.range_first != 0)
        text += fmt::format(" from byte {} on", fault.range_first);
    return fmt::format("proceed with {} {} ({})", text, fault.mode == Mode::truncate ? "cut off" : "damaged", mode);
}

std::string does(const Plan& plan, const Fault& fault)
{
    switch (fault.type) {
    case Type::error:
        return fails(plan, fault);
    case Type::delay:
        return "proceed";
    case Type::timeout:
        return fault.delay.shape == Delay::Shape::none ? "wait as long as the caller allows and time out" : "time out";
    case Type::corruption:
        return corrupts(fault);
    case Type::shorten:
        return fault.amount.bytes != 0 ? "transfer at most " + bytes(fault.amount.bytes)
                                       : fmt::format("transfer {} of the bytes", percent(share_of(fault.amount.share)));
    case Type::returns:
        return fmt::format("return {} without being made", fault.returns);
    }
    return {};
}

/// "match 3", "matches 2, 5 and 7 to 20 in steps of 2".
std::string positions(const Plan& plan, const Fault& fault)
{
    std::vector<std::string> parts;
    bool single = true;
    for (const auto& on : plan.view(fault.on)) {
        auto text = on.last == unlimited  ? fmt::format("from {} on", on.first)
                    : on.last == on.first ? fmt::format("{}", on.first)
                                          : fmt::format("{} to {}", on.first, on.last);
        if (on.step != 1) text += fmt::format(" in steps of {}", on.step);
        single = single && on.first == on.last && parts.empty();
        parts.push_back(std::move(text));
    }
    const std::vector<std::string_view> views(parts.begin(), parts.end());
    return fmt::format("{} {}{}", single ? "match" : "matches", one_of(views, "and"),
                       fault.count == Count::thread ? " of each thread" : "");
}

} // namespace

std::string describe(const Plan& plan, const Fault& fault)
{
    const auto index = static_cast<std::size_t>(&fault - plan.view(plan.faults).data());
    const auto wait = waits(fault.delay);
    const auto effect = wait.empty() ? does(plan, fault) : fmt::format("{}, then {}", wait, does(plan, fault));
    if (!fault.enabled) return fmt::format("{}: switched off (calls would {})", plan.text(fault.name), effect);

    const auto share = fault.probability == unlimited ? std::string(fault.on.count == 0 ? "all" : "")
                                                      : percent(share_of(fault.probability)) + " of";
    auto text = fmt::format("{}: {}{}calls to {}{} {}", plan.text(fault.name), share, share.empty() ? "" : " ",
                            functions_of(plan, index), whose(plan, fault), effect);
    if (fault.on.count != 0) text += ", at " + positions(plan, fault);
    if (fault.max_triggers != unlimited)
        text += fault.max_triggers == 1 ? ", at most once" : fmt::format(", at most {} times", fault.max_triggers);
    return text;
}

} // namespace faultline::plan
