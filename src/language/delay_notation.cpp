// The forms of `delay`: one duration, or a table that describes a distribution.
#include "engine/numbers.hpp"
#include "language/fields.hpp"
#include "language/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

namespace faultline::language {

namespace {

using Shape = Delay::Shape;

struct Parts {
    std::optional<std::uint64_t> min, max, mean, stddev;
    std::optional<Shape> shape;
};

constexpr std::array<std::string_view, 4> distributions{"uniform", "normal", "exponential", "pareto"};
constexpr std::array<Shape, 4> shapes{Shape::uniform, Shape::normal, Shape::exponential, Shape::pareto};

struct DurationKey {
    std::string_view name;
    std::optional<std::uint64_t> Parts::*part;
};
constexpr DurationKey duration_keys[] = {
    {"min", &Parts::min}, {"max", &Parts::max}, {"mean", &Parts::mean}, {"stddev", &Parts::stddev}};
constexpr std::array<std::string_view, 5> delay_keys{"min", "max", "mean", "stddev", "distribution"};

/// Reads the table's keys; nothing where one of them is wrong.
std::optional<Parts> read_parts(const Value& table, Remarks& remarks)
{
    Parts parts;
    bool sound = true;
    for (const auto& [key, value] : table.entries) {
        const auto name = key.name;
        const auto* known = std::find_if(std::begin(duration_keys), std::end(duration_keys),
                                         [&](const DurationKey& candidate) { return candidate.name == name; });
        if (known != std::end(duration_keys)) {
            auto& part = parts.*known->part;
            part = read_notation({known->name, value, remarks}, parse_duration, "a duration such as \"10ms\"");
            sound = sound && part.has_value();
        } else if (name == "distribution") {
            const auto choice = read_choice({"distribution", value, remarks}, distributions);
            if (choice) parts.shape = shapes[*choice];
            sound = sound && choice.has_value();
        } else {
            const auto near = did_you_mean(name, delay_keys);
            remarks.mistake(key.place,
                            fmt::format("unknown key {} in delay{}", in_quotes(name),
                                        near.empty() ? " (it takes " + one_of(delay_keys, "and") + ")" : near));
            sound = false;
        }
    }
    return sound ? std::optional(parts) : std::nullopt;
}

/// What a distribution still needs or has too much of, or nothing.
std::string_view problem_of(const Parts& parts, Shape shape)
{
    const bool bounds = parts.min && parts.max;
    const bool moments = parts.mean && parts.stddev;
    switch (shape) {
    case Shape::uniform:
        if (parts.mean || parts.stddev) {
            if (parts.min || parts.max)
                return "a uniform delay is given by min and max, or by mean and stddev, not by both";
            return moments ? "" : "a uniform delay by its mean needs stddev too, and by stddev its mean";
        }
        return bounds ? "" : "a uniform delay needs both min and max";
    case Shape::normal:
        return moments ? "" : "a normal delay needs both mean and stddev";
    case Shape::exponential:
        if (parts.stddev) return "an exponential delay has no stddev of its own (it equals the mean; leave it out)";
        return parts.mean ? "" : "an exponential delay needs a mean";
    default:
        if (!moments) return "a pareto delay needs both mean and stddev";
        return *parts.mean > 0 && *parts.stddev > 0 ? "" : "the mean and stddev of a pareto delay must be above 0";
    }
}

} // namespace

std::optional<Delay> read_delay(const Field& field)
{
    const auto* table = field.value.as(Value::Kind::table);
    if (table == nullptr) {
        const auto fixed = read_notation(
            field, parse_duration, "a duration such as \"10ms\", or a table such as { min = \"1ms\", max = \"20ms\" }");
        if (!fixed) return std::nullopt;
        return Delay{Shape::fixed, *fixed, *fixed, *fixed, 0};
    }
    const auto parts = read_parts(*table, field.remarks);
    if (!parts) return std::nullopt;

    const auto refuse = [&](std::string_view text) {
        field.remarks.mistake(field.value.place, std::string(text));
        return std::nullopt;
    };
    if (table->entries.empty()) return refuse("delay is an empty table (give min and max, or mean and stddev)");
    if (!parts->shape && parts->mean && !parts->stddev)
        return refuse("a delay with a mean needs stddev too (or distribution = \"exponential\")");
    const auto shape = parts->shape.value_or(parts->mean || parts->stddev ? Shape::normal : Shape::uniform);
    if (const auto problem = problem_of(*parts, shape); !problem.empty()) return refuse(problem);

    Delay delay{shape, parts->min.value_or(0), parts->max.value_or(unlimited), parts->mean.value_or(0),
                parts->stddev.value_or(0)};
    if (delay.low > delay.high) return refuse("the min of delay is above its max (swap them)");
    if (parts->mean && (delay.mean < delay.low || delay.mean > delay.high))
        return refuse("the mean of delay lies outside min and max");
    if (shape == Shape::uniform && parts->mean) {
        // Of the same mean and deviation: mean ± √3·stddev. It cannot begin before 0.
        const auto half = engine::rounded<std::uint64_t>(static_cast<double>(delay.stddev) * std::numbers::sqrt3);
        delay.low = delay.mean - std::min(half, delay.mean);
        delay.high = delay.mean + half;
    }
    return delay;
}

} // namespace faultline::language
