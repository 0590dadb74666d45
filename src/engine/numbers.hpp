// What is needed of libm, which would be one more library in every host: two transcendental functions for the
// distributions, and rounding.
#pragma once

#include <bit>
#include <cstdint>

namespace faultline::engine {

/// The natural logarithm of a positive, normal number; relative error below 1e-12.
constexpr double logarithm(double x) noexcept
{
    const auto bits = std::bit_cast<std::uint64_t>(x);
    auto exponent = static_cast<int>(bits >> 52U) - 1023;
    auto m = std::bit_cast<double>((bits & 0x000f'ffff'ffff'ffffU) | 0x3ff0'0000'0000'0000U); // [1, 2)
    if (m > 1.4142135623730951) {
        m /= 2;
        ++exponent;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), and |(m - 1) / (m + 1)| < 0.172
    const double s = (m - 1) / (m + 1);
    const double s2 = s * s;
    double sum = 0;
    for (int odd = 15; odd >= 1; odd -= 2)
        sum = sum * s2 + 1.0 / odd;
    return 2 * s * sum + exponent * 0.69314718055994531;
}

/// e to the power of x, for |x| < 700; relative error below 1e-12.
constexpr double exponential(double x) noexcept
{
    const auto whole = static_cast<int>(x / 0.69314718055994531 + (x < 0 ? -0.5 : 0.5));
    const double rest = x - whole * 0.69314718055994531; // |rest| <= 0.347
    double sum = 1;
    for (int term = 14; term >= 1; --term)
        sum = 1 + sum * rest / term;
    return sum * std::bit_cast<double>(static_cast<std::uint64_t>(whole + 1023) << 52U);
}

/// The nearest whole number to one that is not negative; a half goes up.
template <class Whole>
constexpr Whole rounded(double x) noexcept
{
    return static_cast<Whole>(x + 0.5); // NOLINT(bugprone-incorrect-roundings): what it proposes is libm's
}

} // namespace faultline::engine
