// The triggers beyond a probability: exact numbers, also of racing threads, and shares with a bound on false alarms.
// Seeds are fixed, so a statistical test gives the same answer every time; its bound says how surprised one may be who
// changes the generator: five standard deviations are passed by chance once in 1.7 million.
#include "judged_host.hpp"

#include "engine/cells.hpp"
#include "sys/syscalls.hpp"

#include <cmath>
#include <gtest/gtest.h>
#include <thread>

namespace faultline::engine {
namespace {

class Triggers : public testing::Test {
protected:
    Triggers() { own_cells.clear(); }
};

/// Runs a function in eight threads, each with a block of its own.
template <class Function>
void race(Host& host, const Function& function)
{
    std::vector<std::thread> threads;
    for (std::uint32_t block = 1; block <= 8; ++block)
        host.adopt(block, "0." + std::to_string(block));
    for (std::uint32_t block = 1; block <= 8; ++block)
        threads.emplace_back([&, block] { function(block); });
    for (auto& thread : threads)
        thread.join();
}

TEST_F(Triggers, AWindowOpensAndCloses)
{
    constexpr std::int64_t hour = 3'600'000'000'000;
    Host host(plan("after = \"1h\"\nuntil = \"3h\""));
    const auto armed_before = [&](std::int64_t ns) {
        host.header().armed_monotonic_ns = sys::now(CLOCK_MONOTONIC) - ns;
        return host.writes(1).size();
    };
    EXPECT_EQ(armed_before(0), 0U);
    EXPECT_EQ(armed_before(2 * hour), 1U);
    EXPECT_EQ(armed_before(4 * hour), 0U);
}

TEST_F(Triggers, CountNumbersEachDescriptorAnew)
{
    Host host(plan("on = 2\ncount = \"fd\""));
    Verdict verdict;
    const auto write = [&](Word fd) { return host.call(calls::id_write, {fd, 0, 100}, verdict); };
    EXPECT_FALSE(write(5));
    EXPECT_FALSE(write(6));
    EXPECT_TRUE(write(5));
    EXPECT_EQ(verdict.event->match, 2U) << "in the numbering that count chose";
    host.descriptors().forget(6); // closed: the next 6 is another one
    EXPECT_FALSE(write(6));
    EXPECT_TRUE(write(6));
}

TEST_F(Triggers, CountNumbersEachSite)
{
    Host host(plan("on = 2\ncount = \"site\""));
    Verdict verdict;
    static const char one = 0;
    static const char other = 0;
    const auto write = [&](const void* from) { return host.call(calls::id_write, {1, 0, 100}, verdict, 0, from); };
    EXPECT_FALSE(write(&one));
    EXPECT_FALSE(write(&other));
    EXPECT_TRUE(write(&one));
    EXPECT_TRUE(write(&other));
}

TEST_F(Triggers, CountOfARunIsSharedByProcesses)
{
    Host host(plan("on = 3\ncount = \"run\""));
    host.run()[0] = 1; // a match in another process
    EXPECT_EQ(host.writes(3), (Numbers{2}));
    EXPECT_EQ(host.run()[0], 4U);
}

TEST_F(Triggers, WhatWaitsForAFaultBeginsWhenItFires)
{
    const std::string waiting = "[[fault]]\nname = \"then\"\nfunctions = \"fsync\"\ntype = \"errno\"\nerrno = \"EIO\"\n"
                                "after_fault = \"f\"\non = \"2..\"\n";
    for (const auto* const count : {"", "count = \"thread\"\n", "count = \"run\"\n"}) {
        Host host(plan("on = 2\n" + std::string(count)) + waiting);
        Verdict verdict;
        const auto sync = [&] { return host.call(calls::id_fsync, {1}, verdict); };
        EXPECT_FALSE(sync() || sync() || sync());
        EXPECT_EQ(host.writes(2), (Numbers{2}));
        EXPECT_FALSE(sync()) << "its matches are numbered from then on";
        EXPECT_TRUE(sync() && sync());
        EXPECT_EQ(verdict.event->match, 3U);
    }
}

TEST_F(Triggers, WhatWaitsForAFaultOfTheRunBeginsInEveryProcess)
{
    const std::string waiting = "[[fault]]\nname = \"then\"\nfunctions = \"fsync\"\ntype = \"errno\"\nerrno = \"EIO\"\n"
                                "after_fault = \"f\"\n";
    Host host(plan("on = 3\ncount = \"run\"\n") + waiting);
    Verdict verdict;
    host.run()[0] = 3; // it has matched thrice in another process, and has not fired
    EXPECT_FALSE(host.call(calls::id_fsync, {1}, verdict));
    host.run()[0] |= ledger::fired_in_run;
    EXPECT_TRUE(host.call(calls::id_fsync, {1}, verdict));
    EXPECT_EQ(host.writes(1), Numbers{}) << "the fourth";
    EXPECT_EQ(host.run()[0], 4U | ledger::fired_in_run);
}

TEST_F(Triggers, TheCountOfRacingThreadsIsExact)
{
    for (const auto* const count : {"fd", "run", "process"}) {
        own_cells.clear();
        Host host(plan("on = \"3..10+2\"\ncount = \"" + std::string(count) + "\""));
        race(host, [&](std::uint32_t block) { host.writes(1000, block); });
        std::vector<std::uint64_t> matches;
        for (std::uint64_t slot = 0; slot < host.header().events_claimed; ++slot)
            matches.push_back(host.header().event(slot).match);
        std::sort(matches.begin(), matches.end());
        EXPECT_EQ(matches, (std::vector<std::uint64_t>{3, 5, 7, 9})) << count;
    }
}

TEST_F(Triggers, ABudgetLetsExactlySoManyBytesThrough)
{
    Host host(plan("budget = 250"));
    Verdict verdict;
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 100}, verdict));
    settle(verdict, 100);
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 100}, verdict));
    settle(verdict, 100);
    ASSERT_TRUE(host.call(calls::id_write, {1, 0, 100}, verdict));
    EXPECT_EQ(verdict.cut, 50U) << "the call that crosses the line is cut short";
    EXPECT_EQ(verdict.error, 0);
    settle(verdict, 50);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(host.call(calls::id_write, {1, 0, 1}, verdict)) << "for good";
        EXPECT_EQ(verdict.cut, 0U);
        EXPECT_NE(verdict.error, 0);
    }
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 0}, verdict)) << "nothing needs no room";
}

TEST_F(Triggers, WhatACallDidNotUseOfABudgetIsGivenBack)
{
    Host host(plan("budget = 100"));
    Verdict verdict;
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 60}, verdict));
    settle(verdict, 10);
    EXPECT_FALSE(host.call(calls::id_write, {1, 0, 90}, verdict));
    settle(verdict, 90);
    EXPECT_TRUE(host.call(calls::id_write, {1, 0, 1}, verdict));
}

TEST_F(Triggers, EachDescriptorMayHaveABudgetOfItsOwn)
{
    Host host(plan("budget = 100\ncount = \"fd\""));
    Verdict verdict;
    for (const Word fd : {3U, 4U}) {
        EXPECT_FALSE(host.call(calls::id_write, {fd, 0, 100}, verdict));
        settle(verdict, 100);
        EXPECT_TRUE(host.call(calls::id_write, {fd, 0, 100}, verdict));
    }
    host.descriptors().forget(3);
    EXPECT_FALSE(host.call(calls::id_write, {3, 0, 100}, verdict));
}

TEST_F(Triggers, TheBudgetOfRacingThreadsIsExact)
{
    Host host(plan("budget = 100000"));
    std::atomic<std::uint64_t> through{0};
    race(host, [&](std::uint32_t block) {
        Verdict verdict;
        for (int i = 0; i < 5000; ++i) {
            const bool struck = host.call(calls::id_write, {1, 0, 7}, verdict, block);
            const auto moved = !struck ? 7 : verdict.cut;
            settle(verdict, moved);
            through += moved;
        }
    });
    EXPECT_EQ(through, 100000U);
}

TEST_F(Triggers, BurstsHaveTheRateAndTheLengthThatTheirNumbersImply)
{
    constexpr double enter = 0.01;
    constexpr double leave = 0.25;
    constexpr int matches = 400'000;
    const auto struck = Host(plan("burst = { enter = 0.01, leave = 0.25 }")).writes(matches);
    // The states of a two-state chain correlate, so the share's variance is that of a coin, and (1 + r) / (1 - r)
    // times.
    const double share = enter / (enter + leave);
    const double r = 1 - enter - leave;
    const double deviation = std::sqrt(share * (1 - share) / matches * (1 + r) / (1 - r));
    EXPECT_NEAR(static_cast<double>(struck.size()) / matches, share, 5 * deviation);

    int runs = 0;
    for (std::size_t i = 0; i < struck.size(); ++i)
        runs += i == 0 || struck[i] != struck[i - 1] + 1 ? 1 : 0;
    // Geometric lengths: mean 1 / leave, variance (1 - leave) / leave².
    const double length = static_cast<double>(struck.size()) / runs;
    EXPECT_NEAR(length, 1 / leave, 5 * std::sqrt((1 - leave) / (leave * leave) / runs));
}

TEST_F(Triggers, BurstsRepeatWithTheSeed)
{
    const auto more = "burst = { enter = 0.1, leave = 0.5 }";
    EXPECT_EQ(Host(plan(more), 7).writes(1000), Host(plan(more), 7).writes(1000));
    EXPECT_NE(Host(plan(more), 7).writes(1000), Host(plan(more), 8).writes(1000));
}

TEST_F(Triggers, StickyFiresAtEveryLaterMatch)
{
    EXPECT_EQ(Host(plan("on = 3\nsticky = \"fault\"")).writes(6), (Numbers{3, 4, 5, 6}));
}

TEST_F(Triggers, StickyHoldsForItsDescriptorOrSiteAlone)
{
    Host host(plan("on = 2\nsticky = \"fd\""));
    Verdict verdict;
    const auto write = [&](Word fd) { return host.call(calls::id_write, {fd, 0, 100}, verdict); };
    EXPECT_FALSE(write(5));
    EXPECT_TRUE(write(6));
    EXPECT_FALSE(write(5));
    EXPECT_TRUE(write(6));
    host.descriptors().forget(6);
    EXPECT_FALSE(write(6));

    own_cells.clear();
    Host by_site(plan("on = 2\nsticky = \"site\""));
    static const char one = 0;
    static const char other = 0;
    const auto write_from = [&](const void* site) {
        return by_site.call(calls::id_write, {1, 0, 100}, verdict, 0, site);
    };
    EXPECT_FALSE(write_from(&one));
    EXPECT_TRUE(write_from(&other));
    EXPECT_FALSE(write_from(&one));
    EXPECT_TRUE(write_from(&other));
}

TEST_F(Triggers, TheGeneratorIsAskedOnlyWhereWhatComesBeforeHolds)
{
    // The same draws at the same matches, whether or not a window or a list stands before the probability.
    Host all(plan("probability = 0.5"));
    Host some(plan("probability = 0.5\non = \"11..\""));
    auto expected = all.writes(100);
    std::erase_if(expected, [](int match) { return match < 11; });
    EXPECT_EQ(some.writes(100), expected);
}

TEST_F(Triggers, MaxTriggersIsExactAmongRacingThreads)
{
    Host host(plan("max_triggers = 100\nprobability = 0.5"));
    std::atomic<std::size_t> struck{0};
    race(host, [&](std::uint32_t block) { struck += host.writes(5000, block).size(); });
    EXPECT_EQ(struck, 100U);
}

} // namespace
} // namespace faultline::engine
