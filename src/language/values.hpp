// The small notations inside a plan's strings: durations, sizes, ranges, positions, probabilities. Text in, value out;
// they know nothing of TOML, so the command line can read them too.
#pragma once

#include "language/plan_types.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline::language {

/// A value, or else what the text had to be: "a duration such as \"10ms\"".
template <class T>
struct Reading {
    std::optional<T> value;
    std::string problem;
};

/// An inclusive range of whole numbers.
struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = unlimited;
};

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Without the blanks at its ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// "10ms", "1.5s": nanoseconds, at most a year.
[[nodiscard]] Reading<std::uint64_t> parse_duration(std::string_view text);

/// The same, with a sign if need be: "-1h".
[[nodiscard]] Reading<std::int64_t> parse_signed_duration(std::string_view text);

/// "64KiB/s": bytes per second, at least 1.
[[nodiscard]] Reading<std::uint64_t> parse_rate(std::string_view text);

/// "512", "4KiB", "1.5MiB": bytes.
[[nodiscard]] Reading<std::uint64_t> parse_size(std::string_view text);

/// "0..15", "4..", "..15", "7", of bytes.
[[nodiscard]] Reading<Range> parse_range(std::string_view text);

/// A range, or ">= 4096", "<= 10", "> 3", "< 3", "= 7".
[[nodiscard]] Reading<Range> parse_size_condition(std::string_view text);

/// "3", "2,5", "3..", "3..10", "3..10+2", "..5".
[[nodiscard]] Reading<std::vector<Positions>> parse_positions(std::string_view text);

/// A share from 0.0 to 1.0 as a threshold; whatever is above 0 stays above 0.
[[nodiscard]] Chance chance_from(double share);

/// The share that a threshold stands for.
[[nodiscard]] double share_of(Chance chance);

/// What is wrong with the name of a statistics file and how to mend it, or nothing.
[[nodiscard]] std::string stats_file_problem(std::string_view name);

/// What is wrong with a glob over names or (`of_path`) paths and how to mend it, or nothing.
[[nodiscard]] std::string glob_problem(std::string_view pattern, bool of_path);

} // namespace faultline::language
