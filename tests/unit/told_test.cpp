// How a told clock goes, as numbers: where a fault begins, where it ends, and back from what was told to what is so.
#include "effects/told.hpp"

#include <gtest/gtest.h>

namespace faultline::effects {
namespace {

constexpr Course slow{1000, never, 0.5, 0};
constexpr Course fast{1000, 2000, 4, 0};
constexpr Course still{1000, never, 0, 0};
constexpr Course ahead{1000, 2000, 1, 500};

TEST(Course, IsRightOutsideOfItsWindow)
{
    EXPECT_EQ(fast.told(999), 999);
    EXPECT_EQ(fast.told(1000), 1000);
    EXPECT_EQ(fast.told(1999), 1000 + 4 * 999);
    EXPECT_EQ(fast.told(2000), 2000);
    EXPECT_EQ(ahead.told(1000), 1500);
    EXPECT_EQ(ahead.told(2000), 2000);
    EXPECT_EQ(Course{}.told(123), 123);
}

TEST(Course, StandsStillAtSpeedZero)
{
    EXPECT_EQ(still.told(5000), 1000);
    EXPECT_EQ(still.real(1000, 3000), 3000);
    EXPECT_EQ(still.real(1001, 3000), never);
    EXPECT_EQ(still.real_span(1, 3000), never);
}

TEST(Course, FindsTheFirstMomentThatShowsATime)
{
    for (const auto& course : {slow, fast, ahead})
        for (std::int64_t now = 900; now < 2200; now += 7)
            for (std::int64_t told = 900; told < 2600; told += 11) {
                const auto real = course.real(told, now);
                ASSERT_GE(real, now);
                ASSERT_GE(course.told(real), told) << told << " from " << now;
                if (real > now) {
                    ASSERT_LT(course.told(real - 2), told) << told << " from " << now; // 2: it is rounded
                }
            }
}

TEST(Course, MakesSpansLastByTheToldClock)
{
    EXPECT_EQ(slow.real_span(100, 3000), 200);
    EXPECT_EQ(slow.told_span(200, 3000), 100);
    EXPECT_EQ(slow.real_span(100, 900), 100);
    EXPECT_EQ(slow.real_span(200, 900), 300); // half of it before the fault begins
    EXPECT_EQ(fast.real_span(400, 1000), 100);
    EXPECT_EQ(ahead.real_span(100, 1500), 100);
}

TEST(Course, IsExactForAYear)
{
    constexpr std::int64_t year = 31'536'000'000'000'000;
    constexpr Course wall{1'700'000'000'000'000'000, never, 2, -3'600'000'000'000};
    EXPECT_EQ(wall.told(wall.from + year), wall.from + 2 * year + wall.offset);
    EXPECT_EQ(wall.real(wall.from + 2 * year + wall.offset, wall.from), wall.from + year);
}

} // namespace
} // namespace faultline::effects
