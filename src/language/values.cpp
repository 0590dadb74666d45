#include "language/values.hpp"

#include "engine/numbers.hpp"
#include "language/suggest.hpp"
#include "plan/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace faultline::language {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t of; // how many of the base unit it is
};
constexpr Unit duration_units[] = {
    {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
constexpr Unit size_units[] = {{"B", 1}, {"KiB", 1U << 10U}, {"MiB", 1U << 20U}, {"GiB", 1U << 30U}};

constexpr std::uint64_t longest_duration = 8760ULL * 3'600'000'000'000;
constexpr std::uint64_t biggest_size = 1ULL << 62U;

/// A whole number, nothing else; no value where it does not fit.
std::optional<std::uint64_t> whole(std::string_view text)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// A decimal number with one of the units; where `bare` it may stand alone. The outcome is in base units.
Reading<std::uint64_t> quantity(std::string_view text, std::span<const Unit> units, bool bare, std::string_view form,
                                std::uint64_t most, std::string_view most_text)
{
    text = trimmed(text);
    std::size_t digits = 0;
    std::size_t points = 0;
    while (digits < text.size() && (is_digit(text[digits]) || text[digits] == '.'))
        points += text[digits++] == '.' ? 1U : 0U;
    const auto number = text.substr(0, digits);
    const auto name = trimmed(text.substr(digits));
    if (number.empty() || points > 1 || number.front() == '.' || number.back() == '.')
        return {{}, fmt::format("it must be {}", form)};

    const auto unit = std::ranges::find_if(
        units, [&](const Unit& known) { return known.name == name || (bare && name.empty() && known.of == 1); });
    if (unit == units.end()) {
        std::vector<std::string_view> names;
        for (const auto& known : units)
            names.push_back(known.name);
        return {{},
                name.empty() ? fmt::format("its unit is missing ({})", one_of(names))
                             : fmt::format("{} is not a unit of it ({})", in_quotes(name), one_of(names))};
    }

    const auto too_much = [&] { return Reading<std::uint64_t>{{}, fmt::format("it must be at most {}", most_text)}; };
    if (points == 0) {
        const auto count = whole(number);
        if (!count || *count > most / unit->of) return too_much();
        return {*count * unit->of, {}};
    }
    double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    value *= static_cast<double>(unit->of);
    if (value > static_cast<double>(most)) return too_much();
    return {engine::rounded<std::uint64_t>(value), {}};
}

/// The end of a range that is written or left out.
Reading<std::uint64_t> range_end(std::string_view text, std::uint64_t left_out)
{
    text = trimmed(text);
    return text.empty() ? Reading<std::uint64_t>{left_out, {}} : parse_size(text);
}

Reading<Positions> parse_position(std::string_view item)
{
    constexpr auto form = "it must be such as \"3\", \"2,5\", \"3..\", \"3..10\", \"3..10+2\" or \"..5\"";
    item = trimmed(item);
    const auto dots = item.find("..");
    if (dots == std::string_view::npos) {
        const auto only = whole(item);
        if (!only) return {{}, form};
        if (*only == 0) return {{}, "matches are numbered from 1"};
        return {Positions{*only, *only, 1}, {}};
    }
    auto tail = item.substr(dots + 2);
    const auto plus = tail.find('+');
    const auto step = plus == std::string_view::npos ? std::uint64_t{1} : whole(trimmed(tail.substr(plus + 1)));
    const auto first_text = trimmed(item.substr(0, dots));
    const auto last_text = trimmed(tail.substr(0, plus));
    const auto first = first_text.empty() ? std::uint64_t{1} : whole(first_text);
    const auto last = last_text.empty() ? unlimited : whole(last_text);
    if (!first || !last || !step || (first_text.empty() && last_text.empty())) return {{}, form};
    if (*first == 0 || *last == 0) return {{}, "matches are numbered from 1"};
    if (*step == 0) return {{}, "a step is 1 or more"};
    if (*first > *last) return {{}, fmt::format("it runs backwards (did you mean \"{}..{}\"?)", *last, *first)};
    return {Positions{*first, *last, *step}, {}};
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

Reading<std::uint64_t> parse_duration(std::string_view text)
{
    return quantity(text, duration_units, false, "a duration such as \"10ms\"", longest_duration, "8760h, a year");
}

Reading<std::int64_t> parse_signed_duration(std::string_view text)
{
    text = trimmed(text);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    auto length = parse_duration(text);
    if (!length.value) return {{}, std::move(length.problem)};
    const auto ns = static_cast<std::int64_t>(*length.value);
    return {negative ? -ns : ns, {}};
}

Reading<std::uint64_t> parse_rate(std::string_view text)
{
    constexpr std::string_view per_second = "/s";
    text = trimmed(text);
    if (!text.ends_with(per_second)) return {{}, "it must be a rate such as \"64KiB/s\""};
    auto rate = quantity(text.substr(0, text.size() - per_second.size()), size_units, true,
                         "a rate such as \"64KiB/s\"", biggest_size, "2^62 bytes a second");
    if (rate.value && *rate.value == 0) return {{}, "nothing would ever pass (type 'hang' does that)"};
    return rate;
}

Reading<std::uint64_t> parse_size(std::string_view text)
{
    return quantity(text, size_units, true, "a size such as \"512\" or \"4KiB\"", biggest_size, "2^62 bytes");
}

Reading<Range> parse_range(std::string_view text)
{
    const auto dots = text.find("..");
    if (dots == std::string_view::npos) {
        auto only = parse_size(text);
        if (!only.value) return {{}, std::move(only.problem)};
        return {Range{*only.value, *only.value}, {}};
    }
    const auto first = range_end(text.substr(0, dots), 0);
    const auto last = range_end(text.substr(dots + 2), unlimited);
    if (!first.value || !last.value || trimmed(text) == "..") return {{}, "it must be a range such as \"0..15\""};
    if (*first.value > *last.value)
        return {{}, fmt::format("it runs backwards (did you mean \"{}..{}\"?)", *last.value, *first.value)};
    return {Range{*first.value, *last.value}, {}};
}

Reading<Range> parse_size_condition(std::string_view text)
{
    text = trimmed(text);
    std::size_t sign = 0;
    while (sign < text.size() && (text[sign] == '<' || text[sign] == '>' || text[sign] == '='))
        ++sign;
    const auto comparison = text.substr(0, sign);
    if (comparison.empty()) {
        auto range = parse_range(text);
        if (range.problem.starts_with("it must be a "))
            range.problem = "it must be such as \">= 4096\", \"< 3\", \"1..512\" or \"512\"";
        return range;
    }
    auto bound = parse_size(text.substr(sign));
    if (!bound.value) return {{}, std::move(bound.problem)};
    const auto bytes = *bound.value;
    if (comparison == ">=") return {Range{bytes, unlimited}, {}};
    if (comparison == ">") return {Range{bytes + 1, unlimited}, {}};
    if (comparison == "<=") return {Range{0, bytes}, {}};
    if (comparison == "=" || comparison == "==") return {Range{bytes, bytes}, {}};
    if (comparison != "<")
        return {{}, fmt::format("{} is not a comparison (>=, >, <=, < or =)", in_quotes(comparison))};
    if (bytes == 0) return {{}, "no call asks for fewer than 0 bytes"};
    return {Range{0, bytes - 1}, {}};
}

Reading<std::vector<Positions>> parse_positions(std::string_view text)
{
    std::vector<Positions> all;
    for (;;) {
        const auto comma = text.find(',');
        auto one = parse_position(text.substr(0, comma));
        if (!one.value) return {{}, std::move(one.problem)};
        all.push_back(*one.value);
        if (comma == std::string_view::npos) return {std::move(all), {}};
        text.remove_prefix(comma + 1);
    }
}

Chance chance_from(double share)
{
    if (share >= 1.0) return unlimited;
    if (share <= 0.0) return 0;
    const auto threshold = static_cast<Chance>(share * 0x1p64);
    return threshold == 0 ? 1 : threshold;
}

double share_of(Chance chance) { return chance == unlimited ? 1.0 : static_cast<double>(chance) * 0x1p-64; }

std::string stats_file_problem(std::string_view name)
{
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '%') continue;
        if (++i == name.size()) return "it ends in a single % (write %% for a percent sign)";
        if (std::string_view("pet%").find(name[i]) == std::string_view::npos)
            return fmt::format("%{} means nothing (%p pid, %e program, %t start time, %% a percent sign)", name[i]);
    }
    if (name.ends_with('/')) return "it is a directory (add a name such as fault-stats.%p.json)";
    return {};
}

std::string glob_problem(std::string_view pattern, bool of_path)
{
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '[') continue;
        const auto close = detail::closing_bracket(pattern, i);
        if (close == detail::nowhere) return "its '[' is not closed (write [[] for the character itself)";
        i = close;
    }
    if (!of_path) return {};
    // These would never match, because what they are compared with is an absolute path in its plain form.
    if (pattern.front() == '~') return "~ is not expanded (write the absolute path)";
    if (pattern.size() > 1 && pattern.ends_with('/'))
        return fmt::format("no path ends in '/' (did you mean '{}**'?)", pattern);
    for (std::string_view rest = pattern; !rest.empty();) {
        const auto slash = rest.find('/');
        const auto component = rest.substr(0, slash);
        const bool inside = rest.data() != pattern.data() && slash != std::string_view::npos;
        if (component == "." || component == "..") return "no path has a '.' or '..' left in it (write it without)";
        if (component.empty() && inside) return "no path has '//' left in it (write one '/')";
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    }
    return {};
}

} // namespace faultline::language
