// The generator: repeatable, independent between streams, and as uniform as the triggers need it. The statistical
// bounds are five standard deviations wide, a false alarm in 1.7 million runs; the draws are fixed, so a test that
// passes once passes always.
#include "engine/draw.hpp"
#include "engine/numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <set>

namespace faultline::engine {
namespace {

TEST(Draw, IsAFunctionOfSeedFaultLineageAndMatch)
{
    const auto key = stream_key(42, "disk-full", "0.1");
    EXPECT_EQ(Draw(key, 7).bits(Draw::fires), Draw(key, 7).bits(Draw::fires));
    std::set<std::uint64_t> all;
    for (const auto other : {stream_key(42, "disk-full", "0.1"), stream_key(43, "disk-full", "0.1"),
                             stream_key(42, "disk-ful", "0.1"), stream_key(42, "disk-full", "0.1.1")})
        for (std::uint64_t match : {1U, 2U, 3U})
            for (std::uint64_t lane : {Draw::fires, Draw::error, Draw::waits, Draw::damage})
                all.insert(Draw(other, match).bits(lane));
    EXPECT_EQ(all.size(), 4U * 3U * 4U);
}

/// These numbers are part of what a seed means: a run of today must repeat with the library of tomorrow.
TEST(Draw, KeepsItsValuesFromReleaseToRelease)
{
    EXPECT_EQ(stream_key(42, "disk-full", "0"), 0x751d869b762869baU);
    EXPECT_EQ(Draw(1, 1).bits(Draw::fires), 0x910a2dec89025cc1U);
}

TEST(Draw, HitsAsOftenAsTheChanceSays)
{
    constexpr int draws = 100000;
    for (const double p : {0.01, 0.25, 0.5, 0.9}) {
        const auto chance = static_cast<std::uint64_t>(std::ldexp(p, 64));
        int hits = 0;
        for (int match = 1; match <= draws; ++match)
            hits += Draw(stream_key(1, "f", "0"), static_cast<std::uint64_t>(match)).hits(chance, Draw::fires) ? 1 : 0;
        EXPECT_NEAR(hits, draws * p, 5 * std::sqrt(draws * p * (1 - p))) << p;
    }
}

TEST(Draw, AlwaysHitsACertainChanceAndNeverAnImpossibleOne)
{
    for (std::uint64_t match = 1; match < 1000; ++match) {
        EXPECT_TRUE(Draw(9, match).hits(~std::uint64_t{0}, Draw::fires));
        EXPECT_FALSE(Draw(9, match).hits(0, Draw::fires));
    }
}

TEST(Sequence, IsUniformBelowItsBound)
{
    Sequence sequence{Draw(5, 5), Draw::damage};
    std::array<int, 7> seen{};
    constexpr int draws = 70000;
    for (int i = 0; i < draws; ++i)
        ++seen.at(sequence.next(7));
    for (const int count : seen)
        EXPECT_NEAR(count, draws / 7.0, 5 * std::sqrt(draws / 7.0));
}

TEST(Numbers, AgreeWithLibm)
{
    for (double x = 1e-18; x < 1e18; x *= 1.7)
        EXPECT_NEAR(logarithm(x), std::log(x), 1e-12 * std::max(1.0, std::fabs(std::log(x)))) << x;
    for (double x = -60; x < 60; x += 0.37)
        EXPECT_NEAR(exponential(x) / std::exp(x), 1, 1e-12) << x;
}

} // namespace
} // namespace faultline::engine
