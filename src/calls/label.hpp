// Names in tables, without pointers.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultline::calls {

/// A short text that holds its own characters. A table of these has no pointers, so the loader has nothing to relocate
/// in it and a program under test touches only the rows it uses.
template <std::size_t room>
class LabelOf {
public:
    constexpr LabelOf() = default;
    template <std::size_t N>
    consteval LabelOf(const char (&text)[N]) : length_(N - 1)
    {
        static_assert(N <= room, "the name is too long for its label");
        for (std::size_t i = 0; i < N; ++i)
            text_[i] = text[i];
    }
    constexpr operator std::string_view() const noexcept { return {text_, length_}; }
    /// With whatever is a text. A template: two labels match it as they are, where each converted to the other's
    /// parameter would be ambiguous.
    template <std::convertible_to<std::string_view> Text>
    constexpr bool operator==(const Text& text) const noexcept
    {
        return std::string_view{*this} == std::string_view{text};
    }
    [[nodiscard]] constexpr const char* c_str() const noexcept { return text_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return length_ == 0; }

private:
    char text_[room]{};
    std::uint8_t length_ = 0;
};
using Label = LabelOf<39>;
using ShortLabel = LabelOf<23>;

} // namespace faultline::calls
