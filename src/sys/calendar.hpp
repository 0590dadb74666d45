// Calendar dates without libc's time zone machinery, which locks and allocates. UTC only.
#pragma once

#include <cstdint>

namespace faultline::sys {

struct Date {
    std::int64_t year;
    std::uint64_t month, day; // from 1
};

/// The civil date of a day since 1970-01-01, by the method of Howard Hinnant: years that begin in March have the leap
/// day at their end. http://howardhinnant.github.io/date_algorithms.html#civil_from_days
constexpr Date civil(std::int64_t day) noexcept
{
    day += 719468;
    const auto era = (day >= 0 ? day : day - 146096) / 146097;
    const auto of_era = static_cast<std::uint64_t>(day - era * 146097);
    const auto year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const auto of_year = of_era - (365 * year + year / 4 - year / 100);
    const auto month = (5 * of_year + 2) / 153;
    return {static_cast<std::int64_t>(year) + era * 400 + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
            of_year - (153 * month + 2) / 5 + 1};
}

} // namespace faultline::sys
