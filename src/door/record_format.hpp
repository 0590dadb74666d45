// How the log of a recording is laid out (docs/recording.md): records of a length, a kind, a payload and a checksum.
// Numbers are of variable length, seven bits to a byte; texts are a number and their bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace faultline::door::format {

inline constexpr std::string_view magic{"FAULTREC\x02\0\0\0\0\0\0\0", 16};

enum class Kind : std::uint8_t { start = 1, root, inode, kept, entry, operation, finish, site };
inline constexpr std::uint8_t last_kind = static_cast<std::uint8_t>(Kind::site);

/// FNV-1a, 32 bits.
[[nodiscard]] inline std::uint32_t checksum(std::string_view bytes)
{
    std::uint32_t sum = 2166136261U;
    for (const char byte : bytes)
        sum = (sum ^ static_cast<unsigned char>(byte)) * 16777619U;
    return sum;
}

class Payload {
public:
    Payload& operator<<(std::uint64_t number)
    {
        for (; number >= 0x80; number >>= 7U)
            bytes.push_back(static_cast<char>(number | 0x80U));
        bytes.push_back(static_cast<char>(number));
        return *this;
    }
    Payload& operator<<(std::string_view text)
    {
        *this << std::uint64_t{text.size()};
        bytes += text;
        return *this;
    }
    template <class Enum>
    requires std::is_enum_v<Enum> Payload& operator<<(Enum value) { return *this << static_cast<std::uint64_t>(value); }
    /// Negative numbers too.
    Payload& put_signed(std::int64_t number)
    {
        return *this << ((static_cast<std::uint64_t>(number) << 1U) ^ static_cast<std::uint64_t>(number >> 63));
    }

    std::string bytes;
};

/// Takes a payload apart. What is not there reads as nothing, and `damaged` says so.
class Parts {
public:
    explicit Parts(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t number()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty()) break;
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        damaged = true;
        return 0;
    }
    std::int64_t signed_number()
    {
        const auto value = number();
        return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
    }
    template <class T>
    T as()
    {
        const auto value = number();
        if (value > static_cast<std::uint64_t>(static_cast<T>(~T{0}))) damaged = true;
        return static_cast<T>(value);
    }
    std::string_view text()
    {
        const auto size = number();
        if (size > rest_.size()) {
            damaged = true;
            return {};
        }
        const auto text = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return text;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    bool damaged = false;

private:
    std::string_view rest_;
};

} // namespace faultline::door::format
