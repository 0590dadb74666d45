// ddmin against predicates whose answer is known: it finds exactly what is needed, stays 1-minimal where the predicate
// is not monotonous, and asks about no set twice.
#include "run/ddmin.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <stdexcept>

namespace faultline::run {
namespace {

using Positions = std::vector<std::size_t>;

/// Whether all of `needed` are in `some`. Both ascend.
bool has_all(const Positions& some, const Positions& needed)
{
    return std::includes(some.begin(), some.end(), needed.begin(), needed.end());
}

TEST(Ddmin, FindsEachPairOfEight)
{
    for (std::size_t first = 0; first < 8; ++first)
        for (std::size_t second = first + 1; second < 8; ++second) {
            const Positions needed{first, second};
            EXPECT_EQ(ddmin(8, [&](const Positions& some) { return has_all(some, needed); }), needed);
        }
}

TEST(Ddmin, FindsEachSubsetOfSeven)
{
    for (std::size_t mask = 0; mask < 128; ++mask) {
        Positions needed;
        for (std::size_t bit = 0; bit < 7; ++bit)
            if ((mask >> bit & 1U) != 0) needed.push_back(bit);
        EXPECT_EQ(ddmin(7, [&](const Positions& some) { return has_all(some, needed); }), needed);
    }
}

TEST(Ddmin, KeepsNothingOfNothing)
{
    EXPECT_TRUE(ddmin(0, [](const Positions&) -> bool { throw std::logic_error("asked"); }).empty());
}

TEST(Ddmin, KeepsTheOnlyOneWhereItIsNeeded)
{
    EXPECT_EQ(ddmin(1, [](const Positions& some) { return !some.empty(); }), Positions{0});
    EXPECT_EQ(ddmin(1, [](const Positions&) { return true; }), Positions{});
}

/// An arbitrary yet fixed answer for each set, as a program gives that reacts to every combination in its own way.
bool scattered(const Positions& some, std::uint64_t salt)
{
    std::uint64_t mixed = salt;
    for (const auto position : some) {
        mixed = (mixed ^ position) * 0x9e37'79b9'7f4a'7c15U;
        mixed ^= mixed >> 29U;
    }
    return mixed % 3 == 0;
}

TEST(Ddmin, IsOneMinimalWhereThePredicateIsNotMonotonous)
{
    for (std::uint64_t salt = 1; salt <= 200; ++salt) {
        const auto kept = ddmin(10, [&](const Positions& some) { return scattered(some, salt); });
        if (kept.size() < 10) {
            EXPECT_TRUE(scattered(kept, salt));
        }
        for (std::size_t left_out = 0; left_out < kept.size(); ++left_out) {
            auto rest = kept;
            rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(left_out));
            EXPECT_FALSE(scattered(rest, salt)) << "salt " << salt;
        }
    }
}

TEST(Ddmin, AsksAscendingSetsNoneOfThemTwiceAndNeverTheFullOne)
{
    std::set<Positions> asked;
    const Positions needed{3, 4, 11};
    const auto kept = ddmin(16, [&](const Positions& some) {
        EXPECT_TRUE(std::is_sorted(some.begin(), some.end()));
        EXPECT_LT(some.size(), 16U);
        EXPECT_TRUE(asked.insert(some).second);
        return has_all(some, needed);
    });
    EXPECT_EQ(kept, needed);
}

TEST(Ddmin, HalvesItsWayToASingleOne)
{
    std::size_t asked = 0;
    const auto kept = ddmin(1024, [&](const Positions& some) {
        ++asked;
        return has_all(some, {1000});
    });
    EXPECT_EQ(kept, Positions{1000});
    EXPECT_LE(asked, 2U * 10U + 1U);
}

} // namespace
} // namespace faultline::run
