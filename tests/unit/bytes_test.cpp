// What corruption does to bytes, whole or scattered.
#include "effects/bytes.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <set>
#include <string>
#include <vector>

namespace faultline::effects {
namespace {

using engine::Draw;

plan::Fault fault(plan::Mode mode, std::uint64_t bytes, plan::Chance rate = 0)
{
    plan::Fault made;
    made.type = plan::Type::corruption;
    made.mode = mode;
    made.amount = {bytes, rate};
    return made;
}

plan::Chance chance(double p) { return p >= 1 ? plan::unlimited : static_cast<plan::Chance>(std::ldexp(p, 64)); }

struct Result {
    std::string bytes;
    Damage damage;
    int changed = 0;
    int bits = 0;
};

Result damaged(std::string text, const plan::Fault& fault, std::uint64_t match = 1)
{
    const auto original = text;
    const iovec piece{text.data(), text.size()};
    Result result;
    result.damage = damage({&piece, text.size()}, fault, Draw(17, match));
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto differing = static_cast<unsigned char>(text[i] ^ original[i]);
        result.changed += differing != 0 ? 1 : 0;
        result.bits += __builtin_popcount(differing);
    }
    result.bytes = text;
    return result;
}

const std::string zeros(1000, '\0');
const std::string letters = "abcdefghijklmnopqrstuvwxyz";

TEST(Bitflip, ChangesOneBitInEachOfSoManyBytes)
{
    for (std::uint64_t match = 1; match < 50; ++match) {
        const auto result = damaged(zeros, fault(plan::Mode::bitflip, 7), match);
        EXPECT_EQ(result.changed, 7);
        EXPECT_EQ(result.bits, 7);
        EXPECT_EQ(result.damage.count, 7U);
        EXPECT_NE(result.bytes[result.damage.first], 0);
    }
}

TEST(Contiguous, StrikesOneRunSomewhere)
{
    std::set<std::uint64_t> places;
    auto made = fault(plan::Mode::bitflip, 16);
    made.contiguous = true;
    made.range_first = 100;
    made.range_last = 899;
    for (std::uint64_t match = 1; match < 50; ++match) {
        const auto result = damaged(zeros, made, match);
        EXPECT_EQ(result.changed, 16);
        const auto first = result.bytes.find_first_not_of('\0');
        EXPECT_EQ(result.bytes.find_last_not_of('\0'), first + 15);
        EXPECT_EQ(result.damage.first, first);
        EXPECT_GE(first, 100U);
        EXPECT_LE(first + 15, 899U);
        places.insert(first);
    }
    EXPECT_GT(places.size(), 30U);
    made.amount = {5000, 0}; // more than there are
    EXPECT_EQ(damaged(zeros, made).changed, 800);
}

TEST(Bitflip, StrikesAsManyBytesAsTheRateSays)
{
    for (const double rate : {0.001, 0.02, 0.3, 1.0}) { // sparse and dense ways alike
        constexpr int runs = 300;
        std::uint64_t struck = 0;
        for (std::uint64_t match = 1; match <= runs; ++match)
            struck += damaged(zeros, fault(plan::Mode::bitflip, 0, chance(rate)), match).damage.count;
        const double n = 1000.0 * runs;
        EXPECT_NEAR(static_cast<double>(struck), n * rate, 5 * std::sqrt(n * rate * (1 - rate)) + 0.5) << rate;
    }
}

TEST(Corruption, StaysWithinItsRange)
{
    auto narrow = fault(plan::Mode::random, 0, plan::unlimited);
    narrow.range_first = 3;
    narrow.range_last = 5;
    const auto result = damaged(letters, narrow);
    EXPECT_EQ(result.changed, 3);
    EXPECT_EQ(result.bytes.substr(0, 3), "abc");
    EXPECT_EQ(result.bytes.substr(6), letters.substr(6));
    narrow.range_first = 100;
    narrow.range_last = 200;
    EXPECT_EQ(damaged(letters, narrow).bytes, letters);
}

TEST(Random, AlwaysChangesTheByteItStrikes)
{
    for (std::uint64_t match = 1; match < 100; ++match)
        EXPECT_EQ(damaged(zeros, fault(plan::Mode::random, 100), match).changed, 100);
}

TEST(Zero, Clears)
{
    EXPECT_EQ(damaged(letters, fault(plan::Mode::zero, 0, plan::unlimited)).bytes, std::string(26, '\0'));
}

TEST(Increment, AddsOne)
{
    EXPECT_EQ(damaged("abc\xff", fault(plan::Mode::increment, 0, plan::unlimited)).bytes, std::string("bcd\0", 4));
}

TEST(Reverse, TurnsAllOfItUnlessToldHowMuch)
{
    EXPECT_EQ(damaged("abcde", fault(plan::Mode::reverse, 1)).bytes, "edcba");
    const auto window = damaged(letters, fault(plan::Mode::reverse, 4));
    EXPECT_EQ(window.changed, 4);
    EXPECT_EQ(window.bytes.substr(window.damage.first, 4),
              std::string(letters.rend() - static_cast<long>(window.damage.first) - 4,
                          letters.rend() - static_cast<long>(window.damage.first)));
}

TEST(Swap, ExchangesNeighbours)
{
    const auto result = damaged(letters, fault(plan::Mode::swap, 1));
    EXPECT_EQ(result.changed, 2);
    auto sorted = result.bytes;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, letters);
}

TEST(Corruption, TreatsScatteredPiecesAsOneRun)
{
    for (const auto mode : {plan::Mode::bitflip, plan::Mode::reverse, plan::Mode::swap, plan::Mode::random}) {
        auto whole = letters;
        std::string a = letters.substr(0, 5);
        std::string b;
        std::string c = letters.substr(5, 1);
        std::string d = letters.substr(6);
        const iovec one{whole.data(), whole.size()};
        const iovec pieces[] = {{a.data(), a.size()}, {b.data(), 0}, {c.data(), c.size()}, {d.data(), d.size()}};
        damage({&one, 26}, fault(mode, 9), Draw(4, 4));
        damage({pieces, 26}, fault(mode, 9), Draw(4, 4));
        EXPECT_EQ(std::string(a).append(b).append(c).append(d), whole);
        EXPECT_NE(whole, letters);
    }
}

TEST(Short, LetsThroughAtLeastOneByteAndNeverAll)
{
    for (std::uint64_t size = 2; size < 300; ++size) {
        for (const auto& amount : {plan::Amount{1, 0}, plan::Amount{100, 0}, plan::Amount{0, chance(0.5)},
                                   plan::Amount{0, chance(0.001)}, plan::Amount{0, plan::unlimited}}) {
            auto made = fault(plan::Mode::bitflip, 0);
            made.amount = amount;
            const auto passed = shortened(size, made);
            EXPECT_GE(passed, 1U);
            EXPECT_LT(passed, size);
        }
    }
    auto half = fault(plan::Mode::bitflip, 0, chance(0.5));
    EXPECT_EQ(shortened(1000, half), 500U);
}

TEST(Truncate, KeepsAtLeastOneByte)
{
    EXPECT_EQ(truncated(10, fault(plan::Mode::truncate, 3)), 7U);
    EXPECT_EQ(truncated(10, fault(plan::Mode::truncate, 99)), 1U);
    EXPECT_EQ(truncated(10, fault(plan::Mode::truncate, 0, chance(0.5))), 5U);
}

} // namespace
} // namespace faultline::effects
