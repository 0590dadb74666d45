// The line of progress: what it says, and that it never grows wider than the terminal.
#include "report/progress_line.hpp"

#include <gtest/gtest.h>

namespace {

using namespace faultline::report;

TEST(ProgressLine, SaysHowFastAndHowLong)
{
    EXPECT_EQ(progress_words(120, 448, "points", 4.0, "2 crash", 0), "120 of 448 points  30/s  10 s left  2 crash");
    EXPECT_EQ(progress_words(3, 10, "points", 2.0, "", 0), "3 of 10 points  1.5/s  4 s left");
    EXPECT_EQ(progress_words(0, 10, "points", 2.0, "", 0), "0 of 10 points  0.0/s"); // nothing to tell it by
    EXPECT_EQ(progress_words(10, 10, "points", 1.0, "", 0), "10 of 10 points  10/s");
}

TEST(ProgressLine, LeavesOutWhatDoesNotFit)
{
    EXPECT_EQ(progress_words(120, 448, "points", 4.0, "2 crash", 36), "120 of 448 points  30/s  10 s left");
    EXPECT_EQ(progress_words(120, 448, "points", 4.0, "2 crash", 25), "120 of 448 points  30/s");
    EXPECT_EQ(progress_words(120, 448, "points", 4.0, "2 crash", 10), "120 of 448");
}

TEST(ProgressLine, TellsDurationsInTwoUnits)
{
    EXPECT_EQ(duration_words(0.4), "0 s");
    EXPECT_EQ(duration_words(200), "3 m 20 s");
    EXPECT_EQ(duration_words(7500), "2 h 5 m");
    EXPECT_EQ(duration_words(1e30), duration_words(1e9));
}

} // namespace
