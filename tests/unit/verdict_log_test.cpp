// What a search writes down tells others how far it has come.
#include "own_directory.hpp"
#include "power/verdict_log.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace faultline::power {
namespace {

class VerdictLogs : public testing::Test {
protected:
    test::OwnDirectory own_;
    const std::string& directory_ = own_.path();
};

TEST_F(VerdictLogs, TellHowFarASearchHasCome)
{
    EXPECT_FALSE(progress_in(directory_));
    VerdictLog log(7);
    ASSERT_EQ(log.open(directory_), "");
    ASSERT_EQ(log.keep(1, 0, {}), ""); // of an end, before it is known what there is
    EXPECT_FALSE(progress_in(directory_));
    ASSERT_EQ(log.begin({.done = 2, .all = 4, .failing = 1}), "");
    ASSERT_EQ(log.keep(2, 0, {Class::corrupt, 11, "torn"}), "");
    auto seen = progress_in(directory_);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->done, 3U);
    EXPECT_EQ(seen->all, 4U);
    EXPECT_EQ(seen->failing, 2U);

    std::ofstream(VerdictLog::path_in(directory_), std::ios::app) << "{\"state\": \"00";
    EXPECT_EQ(progress_in(directory_)->done, 3U) << "a line that is being written";
}

TEST_F(VerdictLogs, CountNoMoreThanThereIs)
{
    VerdictLog log(7);
    ASSERT_EQ(log.open(directory_), "");
    ASSERT_EQ(log.begin({.done = 0, .all = 1}), "");
    for (const std::uint64_t state : {1U, 2U, 3U}) // the last two to make findings small
        ASSERT_EQ(log.keep(state, 0, {Class::lost, 10, {}}), "");
    EXPECT_EQ(progress_in(directory_)->done, 1U);
    EXPECT_EQ(progress_in(directory_)->failing, 1U);
}

TEST_F(VerdictLogs, AreReadWithWhatTheySayOfProgress)
{
    {
        VerdictLog log(7);
        ASSERT_EQ(log.open(directory_), "");
        ASSERT_EQ(log.begin({.done = 0, .all = 1}), "");
        ASSERT_EQ(log.keep(1, 2, {Class::lost, 10, "gone"}), "");
    }
    VerdictLog next(7);
    std::vector<std::string> notes;
    ASSERT_EQ(next.add(directory_, notes), "");
    EXPECT_TRUE(notes.empty());
    ASSERT_NE(next.find(1, 2), nullptr);
    EXPECT_EQ(next.find(1, 2)->reason, "gone");
}

} // namespace
} // namespace faultline::power
