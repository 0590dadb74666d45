#include "calls/functions.hpp"

#include <algorithm>

namespace faultline::calls {
namespace {

constexpr std::string_view name_of(Id row) { return table[row].name; }

constexpr auto rows_by_name = [] {
    std::array<Id, row_count> rows{};
    for (std::uint16_t row = 0; row < row_count; ++row)
        rows[row] = Id{row};
    std::ranges::sort(rows, {}, name_of);
    return rows;
}();

} // namespace

Id find_symbol(std::string_view name) noexcept
{
    const auto* const found = std::ranges::lower_bound(rows_by_name, name, {}, name_of);
    return found != rows_by_name.end() && name_of(*found) == name ? *found : row_count;
}

} // namespace faultline::calls
