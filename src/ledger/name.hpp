// A text of bounded length in the ledger, which knows no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace faultline::ledger {

template <std::size_t N>
struct Name {
    std::uint32_t length = 0;
    char bytes[N - sizeof(std::uint32_t)] = {};

    [[nodiscard]] std::string_view view() const noexcept
    {
        return {bytes, length <= sizeof bytes ? length : sizeof bytes};
    }
    /// Keeps the first bytes where it is too long. Returns whether all fitted.
    bool assign(std::string_view text) noexcept
    {
        length = 0;
        return append(text);
    }
    bool append(std::string_view text) noexcept
    {
        const auto room = sizeof bytes - length;
        const auto kept = text.size() < room ? text.size() : room;
        for (std::size_t i = 0; i < kept; ++i)
            bytes[length + i] = text[i];
        length += static_cast<std::uint32_t>(kept);
        return kept == text.size();
    }
};

} // namespace faultline::ledger
