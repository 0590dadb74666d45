// The table: one Spec for each exported symbol, in a fixed order, as compile-time data. It knows none of its users.
#pragma once

#include "calls/errors.hpp"
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

namespace detail {
void a_row_is_like_one_that_is_like_another(); // not constexpr: such a table does not compile

#define AS(symbol) .as = id_##symbol + 1 // NOLINT(bugprone-macro-parentheses): a designator
#define TWIN(symbol) .means = #symbol, AS(symbol)
consteval auto make_table()
{
    std::array<Spec, row_count> rows{{
#define CALL(symbol, ...) Spec{.name = #symbol, .family = Family::FAMILY __VA_OPT__(, ) __VA_ARGS__},
#include "calls/all.def"
    }};
    for (auto& row : rows) {
        if (row.as == 0) continue;
        const auto& other = rows[row.as - 1U];
        if (other.as != 0) a_row_is_like_one_that_is_like_another();
        take_over(row, other);
    }
    return rows;
}
#undef AS
#undef TWIN
} // namespace detail
inline constexpr auto table = detail::make_table();

/// Whether a row belongs to a @group of plans (without the @): a family; read, write, alloc, path, sync; or, by the name
/// of an error, those that may fail with it.
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
    const auto code = error_code(group);
    return code != 0 && spec.fails.errors.contains(code);
}

inline constexpr std::array<std::string_view, 5> role_groups{"read", "write", "alloc", "path", "sync"};

} // namespace faultline::calls
