// The functions that plans and statistics name. A function is all the rows that mean the same call; the row that bears
// its name stands before its twins, and speaks for them.
#pragma once

#include "calls/table.hpp"

namespace faultline::calls {

inline constexpr std::uint16_t no_function = 0xffff;

namespace detail {
void a_twin_has_to_stand_behind_the_row_that_bears_its_name(); // not constexpr: such a table does not compile

struct Functions {
    std::array<std::uint16_t, row_count> of_row{};
    std::array<Id, row_count> named{};
    std::uint16_t count = 0;
};

consteval Functions number()
{
    Functions all;
    for (std::uint16_t row = 0; row < row_count; ++row) {
        const auto& spec = table[row];
        if (spec.tracks == Tracks::starts) { // seen for `arm` alone
            all.of_row[row] = no_function;
        } else if (spec.means.empty()) {
            all.named[all.count] = Id{row};
            all.of_row[row] = all.count++;
        } else {
            const std::string_view wanted = spec.means;
            std::uint16_t bearer = row;
            while (bearer > 0 && !(table[--bearer].name == wanted)) {
            }
            if (!(table[bearer].name == wanted)) a_twin_has_to_stand_behind_the_row_that_bears_its_name();
            all.of_row[row] = all.of_row[bearer];
        }
    }
    return all;
}
inline constexpr Functions functions = number();

constexpr std::uint32_t gnu_hash(std::string_view name) noexcept
{
    std::uint32_t hash = 5381;
    for (const char byte : name)
        hash = hash * 33 + static_cast<unsigned char>(byte);
    return hash;
}
} // namespace detail

/// For each row its function, numbered in the table's order, or no_function where no plan can name it.
inline constexpr const auto& function_of_row = detail::functions.of_row;

/// The rows that bear a name, by function. Any time.
[[nodiscard]] constexpr std::span<const Id> named_rows() noexcept
{
    return {detail::functions.named.data(), detail::functions.count};
}

namespace detail {
struct Names {
    static constexpr std::size_t bytes = [] {
        std::size_t sum = 0;
        for (const auto row : named_rows())
            sum += std::string_view(table[row].name).size();
        return sum;
    }();
    std::array<char, bytes> text{};
    std::array<std::uint16_t, functions.count + 1> begins{}; // the last is the end
};
inline constexpr Names names = [] {
    Names all;
    std::uint16_t end = 0;
    for (std::size_t i = 0; i < functions.count; ++i) {
        all.begins[i] = end;
        for (const char byte : std::string_view(table[functions.named[i]].name))
            all.text[end++] = byte;
    }
    all.begins[functions.count] = end;
    return all;
}();
} // namespace detail

/// A function's name: the same as in its row, without going to the row. Any time.
[[nodiscard]] constexpr std::string_view function_name(std::size_t function) noexcept
{
    const auto begin = detail::names.begins[function];
    return {detail::names.text.data() + begin, detail::names.begins[function + 1] - std::size_t{begin}};
}

/// For each row the hash of its symbol as ELF's tables (DT_GNU_HASH) have it.
inline constexpr auto symbol_hashes = [] {
    std::array<std::uint32_t, row_count> all{};
    for (std::size_t row = 0; row < all.size(); ++row)
        all[row] = detail::gnu_hash(table[row].name);
    return all;
}();

/// The row of an exported symbol, or `row_count`. Any time.
[[nodiscard]] constexpr Id find_symbol(std::string_view name) noexcept
{
    const auto hash = detail::gnu_hash(name); // the names themselves lie far apart
    for (std::uint16_t row = 0; row < row_count; ++row)
        if (symbol_hashes[row] == hash && table[row].name == name) return Id{row};
    return row_count;
}

} // namespace faultline::calls
