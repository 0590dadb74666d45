// The functions that plans and statistics name. A function is all the rows that mean the same call; the row that bears
// its name stands before its twins, and speaks for them.
#pragma once

#include "calls/table.hpp"

namespace faultline::calls {

inline constexpr std::uint16_t no_function = 0xffff;

/// For each row its function, numbered in the table's order, or no_function where no plan can name it.
extern const std::array<std::uint16_t, row_count> function_of_row;

/// The rows that bear a name, by function. Any time.
[[nodiscard]] std::span<const Id> named_rows() noexcept;

} // namespace faultline::calls
