// What an exploration tries, in which order, under which names.
#include "explore/families.hpp"
#include "explore/point.hpp"
#include "explore/queue.hpp"
#include "language/parse.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace faultline::explore {

namespace {

const std::vector<std::string> all_families{"oom", "fd", "io", "close", "sync", "net", "thread", "short"};

std::vector<std::string> errors_of(const std::vector<Try>& tries, const std::string& family)
{
    std::vector<std::string> errors;
    for (const auto& each : tries)
        if (each.family == family) errors.push_back(each.error);
    return errors;
}

Site site(const std::string& function, std::uint32_t id, std::uint64_t calls)
{
    Site result;
    result.function = function;
    result.id = id;
    result.calls = calls;
    result.first_call = 7;
    return result;
}

TEST(ExploreFamilies, GiveEachErrorOfAFunctionToOneFamily)
{
    const auto tries = tries_of("open", all_families);
    EXPECT_EQ(errors_of(tries, "oom"), std::vector<std::string>{"ENOMEM"});
    const auto descriptors = errors_of(tries, "fd");
    EXPECT_EQ(std::ranges::count(descriptors, "EMFILE"), 1);
    const auto others = errors_of(tries, "io");
    EXPECT_EQ(std::ranges::count(others, "EACCES"), 1);
    EXPECT_EQ(std::ranges::count(others, "EMFILE"), 0);
    EXPECT_EQ(std::ranges::count(others, "EINTR"), 0);
}

TEST(ExploreFamilies, TryOnlyWhatWasChosenAndWhatTheTableKnows)
{
    EXPECT_EQ(tries_of("malloc", {"oom"}).size(), 1U);
    EXPECT_TRUE(tries_of("malloc", {"net"}).empty());
    EXPECT_TRUE(tries_of("no_such_function", all_families).empty());
    // No program survives a lock that fails; it is tried on request.
    EXPECT_TRUE(tries_of("pthread_mutex_lock", all_families).empty());
    EXPECT_FALSE(tries_of("pthread_create", all_families).empty());
}

TEST(ExplorePoint, HasAnIdThatDependsOnWhatItIsAlone)
{
    Point point{{{"malloc", 0x1234, {"oom", "errno", "ENOMEM"}, 1, Persistence::once, 5}}};
    auto same = point;
    same.strikes[0].call = 99; // a fallback, no part of what it is
    EXPECT_EQ(point.id(), same.id());
    EXPECT_EQ(id_text(point.id()).size(), 16U);
    for (const auto change : {0, 1, 2, 3}) {
        auto other = point;
        auto& strike = other.strikes[0];
        if (change == 0) strike.site = 0x1235;
        if (change == 1) strike.occurrence = 2;
        if (change == 2) strike.persistence = Persistence::on;
        if (change == 3) strike.what.error = "EIO";
        EXPECT_NE(point.id(), other.id()) << change;
    }
}

TEST(ExplorePoint, BecomesAPlanThatIsValid)
{
    for (const auto persistence : {Persistence::once, Persistence::twice, Persistence::thrice, Persistence::on}) {
        const Point point{{{"malloc", 0x1234, {"oom", "errno", "ENOMEM"}, 3, persistence, 0},
                           {"write", 0xffffffff, {"short", "short", ""}, 1, persistence, 0}}};
        const auto parsed = language::parse(plan_of(point, true, true), "/plan.toml");
        ASSERT_TRUE(parsed.mistakes.empty()) << parsed.mistakes.front().text;
        EXPECT_TRUE(parsed.plan().traces);
        EXPECT_EQ(parsed.plan().faults.count, 2U);
        EXPECT_TRUE(parsed.plan().counts_run);
    }
}

TEST(ExplorePoint, ThatStrikesEverywhereHasAFaultThatBeginsWithIts)
{
    const Point point{{{"write", 0x1234, {"io", "errno", "ENOSPC"}, 3, Persistence::everywhere, 0}}};
    EXPECT_EQ(point.text(), "write@00001234 ENOSPC, match 3, everywhere");
    EXPECT_EQ(point_of(as_record(point)), point);
    const auto parsed = language::parse(plan_of(point, true, false), "/plan.toml");
    ASSERT_TRUE(parsed.mistakes.empty()) << parsed.mistakes.front().text;
    const auto faults = parsed.plan().view(parsed.plan().faults);
    ASSERT_EQ(faults.size(), 2U);
    EXPECT_EQ(faults[1].after_fault, 0);
    EXPECT_FALSE(faults[1].has(plan::Selector::site));
    EXPECT_EQ(parsed.warnings.size(), 0U);
    EXPECT_EQ(parsed.plan().view(faults[0].on)[0].last, 3U);
}

TEST(ExploreQueue, TriesEachSiteBeforeASecondErrorOfAny)
{
    Queue queue;
    add_site(queue, site("open", 1, 1), tries_of("open", all_families), false);
    add_site(queue, site("malloc", 2, 1), tries_of("malloc", all_families), false);
    const auto first = queue.take();
    const auto second = queue.take();
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->point.strikes[0].site, second->point.strikes[0].site);
}

TEST(ExploreQueue, TriesTheFirstErrorOfEachFamilyBeforeTheSecondOfAny)
{
    Queue queue;
    add_site(queue, site("open", 1, 1), tries_of("open", all_families), false);
    std::vector<std::string> order;
    while (auto next = queue.take())
        order.push_back(next->point.strikes[0].what.family);
    ASSERT_GT(order.size(), 3U);
    std::vector<std::string> start(order.begin(), order.begin() + 3);
    std::ranges::sort(start);
    EXPECT_EQ(start, (std::vector<std::string>{"fd", "io", "oom"}));
}

TEST(ExploreQueue, TriesFirstLastAndMiddleOrEachMatch)
{
    EXPECT_EQ(occurrences(1, false), (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(occurrences(2, false), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(occurrences(9, false), (std::vector<std::uint64_t>{1, 9, 5}));
    EXPECT_EQ(occurrences(3, true), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(ExploreQueue, StrikesOnOnlyWhereTheProgramCalledAgain)
{
    const Point point{{{"malloc", 2, {"oom", "errno", "ENOMEM"}, 1, Persistence::once, 0}}};
    Queue none;
    add_followups(none, point, {1}, 0);
    EXPECT_EQ(none.size(), 0U);
    Queue two;
    add_followups(two, point, {2}, 0);
    EXPECT_EQ(two.size(), 1U); // on
    Queue all;
    add_followups(all, point, {4}, 0);
    EXPECT_EQ(all.size(), 3U); // on, twice, thrice
}

TEST(ExploreQueue, StrikesOnOnlyWhatMayLast)
{
    const auto followups = [](const char* function, const char* error) {
        Queue queue;
        add_followups(queue, {{{function, 2, {"io", "errno", error}, 1, Persistence::once, 0}}}, {4}, 0);
        return queue.size();
    };
    EXPECT_EQ(followups("read", "EIO"), 3U);
    // A sound program calls again until it goes through.
    EXPECT_EQ(followups("read", "EAGAIN"), 2U);
    EXPECT_EQ(followups("pwrite", "EAGAIN"), 2U);
    EXPECT_EQ(followups("accept", "EAGAIN"), 2U);
    EXPECT_EQ(followups("open", "EINTR"), 2U);
    EXPECT_EQ(followups("fork", "EAGAIN"), 3U); // no more processes are allowed
}

TEST(ExploreQueue, StrikesEverywhereWhatIsAStateOfTheMachine)
{
    const auto added = [](const char* error, std::uint64_t match, Followed run) {
        Queue queue;
        add_followups(queue, {{{"write", 2, {"io", "errno", error}, match, Persistence::once, 0}}}, run, 0);
        const auto next = queue.take();
        return next && next->point.strikes[0].persistence == Persistence::everywhere;
    };
    constexpr bool goes_on = true;
    constexpr bool every = true;
    EXPECT_TRUE(added("ENOSPC", 1, {1, goes_on}));
    EXPECT_FALSE(added("ENOSPC", 1, {1, false})) << "a signal ended it";
    EXPECT_FALSE(added("EPERM", 1, {1, goes_on})) << "that is a matter of one file";
    EXPECT_FALSE(added("ENOSPC", 2, {2, goes_on}));
    EXPECT_TRUE(added("ENOSPC", 2, {2, goes_on, every}));
}

TEST(ExploreFamilies, SpreadToWhatFailsInThatState)
{
    const auto struck = [](const char* error) {
        const Point point{{{"write", 1, {"io", "errno", error}, 1, Persistence::everywhere, 0}}};
        const auto parsed = language::parse(plan_of(point, false, false), "/plan.toml");
        std::set<std::string> names;
        for (const auto& function : parsed.plan().view(parsed.plan().functions))
            for (const auto fault : parsed.plan().view(function.faults))
                if (fault == 1) names.emplace(parsed.plan().text(function.name));
        return names;
    };
    const auto memory = struck("ENOMEM");
    EXPECT_TRUE(memory.contains("malloc") && memory.contains("strdup") && memory.contains("mmap"));
    EXPECT_FALSE(memory.contains("pthread_mutex_init") || memory.contains("fprintf") || memory.contains("stat"));
    const auto disk = struck("ENOSPC");
    EXPECT_TRUE(disk.contains("write") && disk.contains("fclose") && disk.contains("mkdir"));
    EXPECT_FALSE(disk.contains("epoll_ctl") || disk.contains("sem_open") || disk.contains("read"));
    EXPECT_TRUE(struck("EIO").contains("read"));
    EXPECT_TRUE(spreads_to("EPERM").empty());
}

TEST(ExploreQueue, TakesNoPointTwiceUnlessItIsPutAside)
{
    Queue queue;
    const Point point{{{"malloc", 2, {"oom", "errno", "ENOMEM"}, 1, Persistence::once, 0}}};
    EXPECT_TRUE(queue.add(0, point));
    EXPECT_FALSE(queue.add(0, point));
    EXPECT_TRUE(queue.add(1000, point, 1));
    EXPECT_EQ(queue.known(), 1U);
}

} // namespace

} // namespace faultline::explore
