// corrupt(): what it makes of each kind of value.
#include <faultline/corrupt.hpp>

#include <algorithm>
#include <array>
#include <climits>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <unordered_map>
#include <vector>

namespace shop {
struct Address {
    std::string city;
    int number;
};
FAULTLINE_FIELDS(Address, city, number)
struct Order {
    int id;
    bool paid;
    double price;
    std::string item;
    Address to;
    std::vector<int> codes;
    const int version = 3;
};
FAULTLINE_FIELDS(Order, id, paid, price, item, to, codes, version)
struct Unknown {
    int value;
};
} // namespace shop

namespace faultline {
namespace {

template <class T>
T all(T value)
{
    Draws draws(1);
    return corrupt(std::move(value), 1.0, draws);
}

TEST(Corrupt, TakesABoolForABoolAndNotForANumber)
{
    EXPECT_EQ(all(true), false);
    EXPECT_EQ(all(false), true);
    EXPECT_EQ(all(std::vector<bool>{true, false, true}), (std::vector<bool>{false, true, false}));
}

TEST(Corrupt, NegatesNumbers)
{
    EXPECT_EQ(all(42), -42);
    EXPECT_EQ(all(-1.5), 1.5);
    EXPECT_EQ(all(7U), 0U - 7U);
    EXPECT_EQ(all(static_cast<short>(3)), -3);
    for (const auto own_negative : {0, INT_MIN})
        EXPECT_NE(all(own_negative), own_negative) << "damage has to show";
    EXPECT_NE(all(0.0), 0.0);
    EXPECT_NE(all(0UL), 0UL);
}

TEST(Corrupt, ReversesStrings)
{
    EXPECT_EQ(all(std::string("hello")), "olleh");
    EXPECT_EQ(all(std::u16string(u"ab")), u"ba");
    EXPECT_EQ(all(std::string()), "");
    EXPECT_NE(all(std::string("level")), "level") << "damage has to show";
    Draws draws(1);
    EXPECT_EQ(corrupt("abc", 1.0, draws), "cba");
}

TEST(Corrupt, GoesIntoContainersAndWhatTheyHold)
{
    EXPECT_EQ(all(std::vector<int>{1, 2}), (std::vector<int>{-1, -2}));
    EXPECT_EQ(all(std::array<bool, 2>{true, false}), (std::array<bool, 2>{false, true}));
    EXPECT_EQ(all(std::optional<int>(4)), -4);
    EXPECT_EQ(all(std::optional<int>()), std::nullopt);
    EXPECT_EQ(all(std::map<std::string, int>{{"key", 1}}), (std::map<std::string, int>{{"key", -1}}));
    EXPECT_EQ(all(std::unordered_map<int, bool>{{1, true}}), (std::unordered_map<int, bool>{{1, false}}));
    EXPECT_EQ(all(std::set<int>{1, 2}), (std::set<int>{-2, -1}));
    EXPECT_EQ(all(std::pair<int, std::string>{1, "ab"}), (std::pair<int, std::string>{-1, "ba"}));
    EXPECT_EQ(all(std::tuple<bool, double>{true, 2.0}), (std::tuple<bool, double>{false, -2.0}));
    EXPECT_EQ(all(std::variant<int, std::string>{"ab"}), (std::variant<int, std::string>{"ba"}));
    EXPECT_EQ(all(std::vector<std::optional<std::pair<int, bool>>>{{{1, true}}}),
              (std::vector<std::optional<std::pair<int, bool>>>{{{-1, false}}}));
}

TEST(Corrupt, GoesIntoStructsThatWereMadeKnown)
{
    const shop::Address address{"Oslo", 3};
    const auto damaged = all(shop::Order{7, true, 9.5, "book", address, {1}});
    EXPECT_EQ(damaged.id, -7);
    EXPECT_FALSE(damaged.paid);
    EXPECT_EQ(damaged.price, -9.5);
    EXPECT_EQ(damaged.item, "koob");
    EXPECT_EQ(damaged.to.city, "olsO");
    EXPECT_EQ(damaged.to.number, -3);
    EXPECT_EQ(damaged.codes, (std::vector<int>{-1}));
    EXPECT_EQ(damaged.version, 3);
}

TEST(Corrupt, LeavesWhatItDoesNotKnow)
{
    static_assert(Corruptible<shop::Order> && Corruptible<std::vector<std::map<int, shop::Order>>>);
    static_assert(!Corruptible<shop::Unknown> && !Corruptible<std::vector<shop::Unknown>> && !Corruptible<int*>);
    Draws draws(1);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // which is how it says so
    EXPECT_EQ(corrupt(shop::Unknown{5}, 1.0, draws).value, 5);
    const auto half = corrupt(std::pair<int, shop::Unknown>{1, {5}}, 1.0, draws);
#pragma GCC diagnostic pop
    EXPECT_EQ(half.first, -1);
    EXPECT_EQ(half.second.value, 5);
}

TEST(Corrupt, StrikesAsManyPartsAsTheRateSays)
{
    std::mt19937 generator(3);
    const auto damaged = corrupt(std::vector<int>(10000, 1), 0.3, generator);
    const auto struck = std::count(damaged.begin(), damaged.end(), -1);
    EXPECT_GT(struck, 2800);
    EXPECT_LT(struck, 3200);
    std::minstd_rand same(3);
    std::minstd_rand again(3);
    EXPECT_EQ(corrupt(std::string("some text"), 0.5, same), corrupt(std::string("some text"), 0.5, again));
    EXPECT_EQ(corrupt(std::vector<int>(100, 1), 0.0, generator), std::vector<int>(100, 1));
}

} // namespace
} // namespace faultline
