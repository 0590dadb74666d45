// Sets of functions, for what is asked of many of them at once.
#pragma once

#include "calls/functions.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace faultline::language {

/// A set of functions, as calls/functions.hpp numbers them.
class FunctionSet {
public:
    constexpr void add(std::uint16_t function) { words_[function / 64] |= std::uint64_t{1} << function % 64; }
    constexpr void add(const FunctionSet& others)
    {
        for (std::size_t i = 0; i < words_.size(); ++i)
            words_[i] |= others.words_[i];
    }
    void remove(const FunctionSet& others)
    {
        for (std::size_t i = 0; i < words_.size(); ++i)
            words_[i] &= ~others.words_[i];
    }
    [[nodiscard]] bool empty() const
    {
        return std::ranges::all_of(words_, [](std::uint64_t word) { return word == 0; });
    }
    [[nodiscard]] std::size_t size() const
    {
        std::size_t count = 0;
        for (const auto word : words_)
            count += static_cast<std::size_t>(std::popcount(word));
        return count;
    }
    [[nodiscard]] bool contains(std::uint16_t function) const
    {
        return (words_[function / 64] >> function % 64 & 1U) != 0;
    }
    /// In ascending order.
    template <class See>
    void each(const See& see) const
    {
        for (std::size_t i = 0; i < words_.size(); ++i)
            for (auto word = words_[i]; word != 0; word &= word - 1)
                see(static_cast<std::uint16_t>(i * 64 + static_cast<std::size_t>(std::countr_zero(word))));
    }

private:
    std::array<std::uint64_t, (calls::named_rows().size() + 63) / 64> words_{};
};

// A row of the table is some cache lines: asking every one takes longer than all the rest of reading a plan. So the compiler
// makes what plans need again and again.

/// The functions of which this holds for some row.
template <class Accepts>
constexpr FunctionSet functions_where(const Accepts& accepts)
{
    FunctionSet all;
    for (std::size_t row = 0; row < calls::row_count; ++row)
        if (calls::function_of_row[row] != calls::no_function && accepts(calls::table[row]))
            all.add(calls::function_of_row[row]);
    return all;
}

} // namespace faultline::language
