// The table: one Spec for each exported symbol, in a fixed order, as compile-time data. It knows nobody.
#pragma once

#include "calls/spec.hpp"

#include <cerrno>
#include <netdb.h>
#include <span>

namespace faultline::calls {

/// The index of a row; `id_read` is the row of read.
enum Id : std::uint16_t {
#define CALL(symbol, ...) id_##symbol,
#include "calls/all.def"
    row_count
};

inline constexpr Spec table[] = {
#define CALL(symbol, ...) Spec{.name = #symbol, .family = Family::FAMILY __VA_OPT__(, ) __VA_ARGS__},
#include "calls/all.def"
};
static_assert(std::size(table) == row_count);

/// The row of an exported symbol, or `row_count`. Any time.
[[nodiscard]] constexpr Id find_symbol(std::string_view name) noexcept
{
    for (std::uint16_t row = 0; row < row_count; ++row)
        if (table[row].name == name) return Id{row};
    return row_count;
}

/// Whether a row belongs to a @group of plans (without the @): a family, or read, write, alloc, path, sync.
[[nodiscard]] constexpr bool in_group(const Spec& spec, std::string_view group) noexcept
{
    if (group == family_names[static_cast<std::size_t>(spec.family)]) return true;
    if (group == "read")
        return spec.out.shape != Data::Shape::none && spec.out.shape != Data::Shape::fresh &&
               spec.family != Family::random;
    if (group == "write") return spec.in.shape != Data::Shape::none;
    if (group == "alloc") return spec.allocates;
    if (group == "path") return spec.path != absent && spec.family != Family::net;
    if (group == "sync") return spec.syncs;
    return false;
}

inline constexpr std::array<std::string_view, 5> role_groups{"read", "write", "alloc", "path", "sync"};

} // namespace faultline::calls
