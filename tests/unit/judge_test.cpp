// The judge, without any preloading: a ledger in memory, calls made of words, and the exact matches that fire.
#include "judged_host.hpp"

#include <atomic>
#include <cerrno>
#include <cmath>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace faultline::engine {
namespace {

TEST(Judge, FiresAtTheListedMatches)
{
    EXPECT_EQ(Host(plan("on = \"3\"")).writes(10), (Numbers{3}));
    EXPECT_EQ(Host(plan("on = \"2,5\"")).writes(10), (Numbers{2, 5}));
    EXPECT_EQ(Host(plan("on = \"8..\"")).writes(10), (Numbers{8, 9, 10}));
    EXPECT_EQ(Host(plan("on = \"3..10+2\"")).writes(12), (Numbers{3, 5, 7, 9}));
    EXPECT_EQ(Host(plan("on = \"..2\"")).writes(10), (Numbers{1, 2}));
}

TEST(Judge, FiresAtTheSameMatchesForTheSameSeed)
{
    const auto first = Host(plan("probability = 0.25"), 42).writes(200);
    EXPECT_EQ(first, Host(plan("probability = 0.25"), 42).writes(200));
    EXPECT_NE(first, Host(plan("probability = 0.25"), 43).writes(200));
    EXPECT_GT(first.size(), 30U);
    EXPECT_LT(first.size(), 70U);
}

TEST(Judge, DecidesForEachLineageOnItsOwn)
{
    Host together(plan("probability = 0.5"));
    together.adopt(1, "0.1");
    Numbers one;
    Numbers two;
    Verdict verdict;
    for (int i = 1; i <= 100; ++i) { // interleaved
        if (together.call(calls::id_write, {1, 0, 100}, verdict, 1)) two.push_back(i);
        if (together.call(calls::id_write, {1, 0, 100}, verdict, 0)) one.push_back(i);
    }
    Host alone(plan("probability = 0.5"));
    alone.adopt(1, "0.1");
    EXPECT_EQ(two, alone.writes(100, 1)); // one after the other
    EXPECT_EQ(one, alone.writes(100, 0));
    EXPECT_NE(one, two);
}

TEST(Judge, NumbersAThreadAnewWhereItsBlockWasAnothers)
{
    Host host(plan("probability = 0.5"));
    const auto first = host.writes(50);
    host.adopt(0, "0.7");
    const auto second = host.writes(50);
    host.adopt(0, "0");
    EXPECT_EQ(host.writes(50), first);
    EXPECT_NE(first, second);
    EXPECT_EQ(host.header().thread(0).shares()[0].matched, 150U);
}

TEST(Judge, LeavesOtherFaultsAloneWhereOneIsAdded)
{
    const std::string f = "probability = 0.3\n";
    const auto alone = Host(plan(f)).writes(100);
    // The other one stands before it, but never fires, and matches the same calls.
    const auto with = Host("[[fault]]\nname = \"g\"\nfunctions = [\"write\"]\ntype = \"delay\"\ndelay = \"1ms\"\n"
                           "probability = 0.0\n" +
                           plan(f))
                          .writes(100);
    EXPECT_EQ(alone, with);
}

TEST(Judge, CountsPerThreadWhereAsked)
{
    Host host(plan("on = \"2\"\ncount = \"thread\""));
    host.adopt(1, "0.1");
    EXPECT_EQ(host.writes(3, 0), (Numbers{2}));
    EXPECT_EQ(host.writes(3, 1), (Numbers{2}));
    Host process(plan("on = \"2\""));
    process.adopt(1, "0.1");
    EXPECT_EQ(process.writes(1, 0), (Numbers{}));
    EXPECT_EQ(process.writes(3, 1), (Numbers{1}));
}

TEST(Judge, NeverFiresMoreOftenThanMaxTriggersHoweverManyThreadsRace)
{
    Host host(plan("max_triggers = 100"));
    std::vector<std::thread> threads;
    std::atomic<int> struck{0};
    for (std::uint32_t block = 0; block < test::MadeLedger::threads; ++block)
        host.adopt(block, "0." + std::to_string(block));
    for (std::uint32_t block = 0; block < test::MadeLedger::threads; ++block)
        threads.emplace_back([&, block] { struck += static_cast<int>(host.writes(5000, block).size()); });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(struck, 100);
}

TEST(Judge, SelectsBySizeAsked)
{
    Host host(plan("size = \">= 4096\""));
    Verdict verdict;
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 4095}, verdict));
    EXPECT_TRUE(host.call(calls::id_write, {1, 0, 4096}, verdict));
    EXPECT_EQ(host.header().thread(0).shares()[0].matched, 1U);
    EXPECT_EQ(host.header().thread(0).calls(1)[0], 2U);
}

TEST(Judge, LetsTheFirstFaultThatFiresDecide)
{
    Host host(plan("on = \"2..\"\n") +
              "[[fault]]\nname = \"g\"\nfunctions = [\"write\"]\ntype = \"errno\"\nerrno = \"EIO\"\n");
    Verdict verdict;
    ASSERT_TRUE(host.call(calls::id_write, {1, 0, 1}, verdict));
    EXPECT_EQ(verdict.error, EIO);
    ASSERT_TRUE(host.call(calls::id_write, {1, 0, 1}, verdict));
    EXPECT_EQ(verdict.error, ENOSPC);
    EXPECT_EQ(host.header().thread(0).shares()[1].matched, 1U);
}

TEST(Judge, OnlyCountsWhereTheSwitchIsOff)
{
    Host host(plan(""));
    host.header().enabled = 0;
    EXPECT_EQ(host.writes(5), Numbers{});
    EXPECT_EQ(host.header().thread(0).calls(1)[0], 5U);
    host.header().enabled = 1;
    EXPECT_EQ(host.writes(1), Numbers{1});
}

TEST(Judge, DrawsErrorsByTheirWeights)
{
    Host host("[[fault]]\nname = \"f\"\nfunctions = [\"write\"]\ntype = \"errno\"\nerrno = { EIO = 3, ENOSPC = 1 }\n");
    Verdict verdict;
    int io = 0;
    constexpr int calls = 8000;
    for (int i = 0; i < calls; ++i) {
        ASSERT_TRUE(host.call(calls::id_write, {1, 0, 1}, verdict));
        ASSERT_TRUE(verdict.error == EIO || verdict.error == ENOSPC);
        io += verdict.error == EIO ? 1 : 0;
    }
    EXPECT_NEAR(io, calls * 0.75, 5 * std::sqrt(calls * 0.75 * 0.25)); // false alarm: 1 in 1.7 million
}

TEST(Judge, DrawsFromTheEnvironmentalErrorsWhereNoneIsNamed)
{
    Host host("[[fault]]\nname = \"f\"\nfunctions = [\"fsync\"]\ntype = \"errno\"\n");
    Verdict verdict;
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(host.call(calls::id_fsync, {3}, verdict));
        EXPECT_TRUE(calls::table[calls::id_fsync].fails.errors.contains(verdict.error));
    }
}

TEST(Judge, TellsInTheEventWhichCallAndMatchItWas)
{
    Host host(plan("size = \"> 10\"\non = \"2\""));
    Verdict verdict;
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 5}, verdict));
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 50}, verdict));
    ASSERT_TRUE(host.call(calls::id_write, {77, 0, 50}, verdict));
    ASSERT_NE(verdict.event, nullptr);
    EXPECT_EQ(verdict.event->call, 3U);
    EXPECT_EQ(verdict.event->match, 2U);
    EXPECT_EQ(verdict.event->fd, 77);
    EXPECT_EQ(verdict.event->size, 50U);
    EXPECT_EQ(verdict.event->error, ENOSPC);
}

TEST(Judge, CountsWhatItHasNoRoomToRecord)
{
    Host host(plan(""));
    EXPECT_EQ(host.writes(100).size(), 100U);
    EXPECT_EQ(host.header().events_claimed, 100U);
    EXPECT_EQ(host.header().thread(0).shares()[0].triggered, 100U);
}

TEST(Delay, FollowsItsDistribution)
{
    constexpr int draws = 20000;
    const auto mean_of = [](plan::Delay delay) {
        double sum = 0;
        for (std::uint64_t match = 1; match <= draws; ++match)
            sum += static_cast<double>(delay_ns(delay, Draw(3, match)));
        return sum / draws;
    };
    using enum plan::Delay::Shape;
    EXPECT_EQ(delay_ns({fixed, 5, 0, 0, 0}, Draw(1, 1)), 5U);
    // Means of 20,000 draws, within five of their own standard deviations: a false alarm in 1.7 million.
    EXPECT_NEAR(mean_of({uniform, 1000, 3000, 0, 0}), 2000, 5 * 577.4 / std::sqrt(draws));
    EXPECT_NEAR(mean_of({normal, 0, plan::unlimited, 100000, 10000}), 100000, 5 * 10000 / std::sqrt(draws));
    EXPECT_NEAR(mean_of({exponential, 0, plan::unlimited, 100000, 0}), 100000, 5 * 100000 / std::sqrt(draws));
    EXPECT_NEAR(mean_of({pareto, 0, plan::unlimited, 100000, 30000}), 100000, 5 * 30000 / std::sqrt(draws));
}

} // namespace
} // namespace faultline::engine
