// Text in fixed room, for the code that may not allocate.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace faultline::sys {

/// The text in `room` bytes, up to a NUL if there is one.
[[nodiscard]] inline std::string_view text_within(const char* bytes, std::size_t room) noexcept
{
    std::size_t length = 0;
    while (length < room && bytes[length] != '\0')
        ++length;
    return {bytes, length};
}

/// Appends to a caller's buffer and keeps it NUL-terminated; what does not fit is cut and `cut` remembers it. Any time.
class Writer {
public:
    /// `length` bytes stand in the room already and are kept.
    explicit Writer(std::span<char> room, std::size_t length = 0) noexcept : room_(room), length_(length)
    {
        room_[length_] = '\0';
    }

    Writer& operator<<(char byte) noexcept
    {
        if (length_ + 1 < room_.size()) {
            room_[length_++] = byte;
            room_[length_] = '\0';
        } else {
            cut_ = true;
        }
        return *this;
    }
    Writer& operator<<(std::string_view text) noexcept
    {
        for (const char byte : text)
            *this << byte;
        return *this;
    }
    Writer& operator<<(std::uint64_t number) noexcept
    {
        char digits[20];
        std::size_t count = 0;
        do {
            digits[count++] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number != 0);
        while (count != 0)
            *this << digits[--count];
        return *this;
    }
    void truncate(std::size_t length) noexcept
    {
        length_ = length;
        room_[length_] = '\0';
    }

    [[nodiscard]] std::string_view view() const noexcept { return {room_.data(), length_}; }
    [[nodiscard]] bool cut() const noexcept { return cut_; }

private:
    std::span<char> room_;
    std::size_t length_ = 0;
    bool cut_ = false;
};

} // namespace faultline::sys
