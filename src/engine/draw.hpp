// The generator. It is counter-based: a draw is a function of (seed, fault, lineage, match, lane) and of nothing else,
// so there is no state to race on, and a run repeats whatever the scheduler does.
//
// Counter mode of SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): two
// multiplications a draw. Philox costs ten rounds of two, more than the whole budget of a counted call.
#pragma once

#include <cstdint>
#include <string_view>

namespace faultline::engine {

/// SplitMix64's output function: a bijection on 64 bits in which every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t z) noexcept
{
    z = (z ^ (z >> 30U)) * 0xbf58'476d'1ce4'e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d0'49bb'1331'11ebU;
    return z ^ (z >> 31U);
}
inline constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15U;

constexpr std::uint64_t hash(std::string_view text, std::uint64_t from = 0) noexcept
{
    for (const char byte : text)
        from = mix((from ^ static_cast<unsigned char>(byte)) + golden);
    return from;
}

/// The stream of one fault in one thread of the tree. The fault counts by its name, so that adding a fault to a plan
/// leaves the others' decisions alone.
constexpr std::uint64_t stream_key(std::uint64_t seed, std::string_view fault, std::string_view lineage) noexcept
{
    return mix(hash(lineage, hash(fault, mix(seed + golden))));
}

/// The draws that one match may make.
class Draw {
public:
    constexpr Draw() = default;
    constexpr Draw(std::uint64_t key, std::uint64_t match) noexcept : root_(mix(key + match * golden)) {}

    /// What a draw is for. Each purpose has its own lane, so that a plan that needs more of them shifts no other.
    enum Lane : std::uint64_t { fires, error, waits, damage, burst, order };

    /// Uniform over 64 bits.
    [[nodiscard]] constexpr std::uint64_t bits(std::uint64_t lane) const noexcept
    {
        return lane == fires ? root_ : mix(root_ ^ (lane * 0xd1b5'4a32'd192'ed03U));
    }
    /// Whether a chance (plan::Chance) comes true.
    [[nodiscard]] constexpr bool hits(std::uint64_t chance, std::uint64_t lane) const noexcept
    {
        return chance == ~std::uint64_t{0} || bits(lane) < chance;
    }

private:
    std::uint64_t root_ = 0;
};

/// A sequence of draws in one lane, for work that needs many.
class Sequence {
public:
    constexpr Sequence(const Draw& draw, std::uint64_t lane) noexcept : state_(draw.bits(lane)) {}

    constexpr std::uint64_t next() noexcept
    {
        state_ += golden;
        return mix(state_);
    }
    /// Uniform in [0, below), by multiplication: a bias under 2^-64 × below.
    constexpr std::uint64_t next(std::uint64_t below) noexcept
    {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::uint64_t>((static_cast<Wide>(next()) * below) >> 64U);
    }
    /// Uniform in (0, 1].
    constexpr double fraction() noexcept { return static_cast<double>((next() >> 11U) + 1) * 0x1p-53; }

private:
    std::uint64_t state_;
};

} // namespace faultline::engine
