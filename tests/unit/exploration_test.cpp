// What makes parts of an exploration one, in whatever order they come; and what reports count from the points.
#include "report/exploration.hpp"
#include "report/exploration_json.hpp"
#include "report/report.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace {

using namespace faultline::report;

Strike strike(const std::string& function, const std::string& site, std::uint64_t match = 1,
              const std::string& persistence = "once")
{
    return {function, site, "oom", "errno", "ENOMEM", match, persistence, 0};
}

Point point(const std::string& id, const Strike& what, Class outcome, const std::string& key = {})
{
    return {id, {what}, outcome, "it is so", key};
}

Finding finding(const std::string& key, const std::string& id, const Strike& what, Class outcome = Class::crash)
{
    Finding result;
    result.outcome = outcome;
    result.key = key;
    result.point = id;
    result.strikes = {what};
    result.repeated = result.tried = 3;
    return result;
}

Exploration sample()
{
    Exploration all;
    all.command = {"/usr/bin/shop", "a b"};
    all.places = {
        {"malloc", "00000001", 3, {}, true}, {"read", "00000002", 1, {}, true}, {"getpid", "00000003", 1, {}, false}};
    all.pairs = 2;
    return all;
}

TEST(Exploration, IsTheSameWhateverItsPartsAre)
{
    auto whole = sample();
    whole.points = {point("b", strike("malloc", "00000001"), Class::crash, "k"),
                    point("a", strike("read", "00000002"), Class::silent_wrong, "w"),
                    point("c", strike("malloc", "00000001", 1, "on"), Class::crash, "k"),
                    point("d", strike("malloc", "00000001", 2), Class::tolerated)};
    auto on_always = finding("k", "c", strike("malloc", "00000001", 1, "on"));
    auto on_once = finding("k", "b", strike("malloc", "00000001"));
    const auto wrong = finding("w", "a", strike("read", "00000002"), Class::silent_wrong);
    auto told = on_once;
    told.also = {words(on_always.strikes)};
    whole.findings = {told, wrong};
    settle(whole);
    const auto expected = lines(to_json(whole, true));

    std::mt19937 draw(1);
    for (int round = 0; round < 20; ++round) {
        auto first = sample(), second = sample();
        auto points = whole.points;
        std::ranges::shuffle(points, draw);
        for (std::size_t i = 0; i < points.size(); ++i)
            (i % 2 == 0 ? first : second).points.push_back(points[i]);
        first.findings = {on_always};
        second.findings = {on_once, wrong};
        if (round % 2 == 0) std::swap(first, second);
        merge(first, second);
        settle(first);
        ASSERT_EQ(lines(to_json(first, true)), expected) << "round " << round;
    }
    EXPECT_EQ(whole.findings[0].name, "silent-wrong-1"); // worst first
    EXPECT_EQ(whole.findings[1].point, "b");             // the weakest speaks
}

TEST(Exploration, IsReadAsItWasWritten)
{
    auto all = sample();
    all.points = {point("a", strike("read", "00000002"), Class::crash, "k")};
    all.findings = {finding("k", "a", strike("read", "00000002"))};
    all.findings[0].crash = Crash{"SIGSEGV", "/usr/bin/shop", {{"/usr/bin/shop", 16, "fill", "shop.c", 5}}};
    all.findings[0].out = "line\n";
    all.unreached = {{"vfork", "because"}};
    all.notes = {"a note"};
    settle(all);
    const auto json = to_json(all, true);
    const auto again = exploration_from_json(json);
    ASSERT_TRUE(again);
    EXPECT_EQ(lines(to_json(*again, true)), lines(json));
    EXPECT_FALSE(exploration_from_json(*parse_json(R"({"command": "x", "findings": []})")));
    const auto odd = exploration_from_json(*parse_json(
        R"({"command": [1], "findings": [3, {"class": "tolerated", "key": "k"}, {"class": "crash"}], "journal": 7})"));
    ASSERT_TRUE(odd);
    EXPECT_TRUE(odd->findings.empty());
}

TEST(Exploration, CountsFromItsPoints)
{
    auto all = sample();
    all.points = {point("a", strike("malloc", "00000001"), Class::crash, "k"),
                  point("b", strike("malloc", "00000001", 2), Class::crash, "k"),
                  point("c", strike("read", "00000002"), Class::not_reached),
                  point("d", strike("malloc", "00000001", 3), Class::leak)};
    settle(all);
    EXPECT_EQ(counts_of(all).at(Class::crash), 2U);
    EXPECT_EQ(absorbed_of(all), 1U); // a finding's class, and of no finding
    const auto coverage = coverage_of(all);
    EXPECT_EQ(coverage.sites, 2U);
    EXPECT_EQ(coverage.sites_tried, 1U);
    EXPECT_EQ(coverage.pairs_tried, 1U);
    EXPECT_EQ(coverage.functions, 3U);
    EXPECT_EQ(curve_of(all), (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 1}}));
}

TEST(Exploration, NamesFilesRelativeToTheRoot)
{
    const SourceNames names{"/src/shop", ""};
    EXPECT_EQ(relative_name("/src/shop/lib/../a.c", names), "a.c");
    EXPECT_EQ(relative_name("./lib/a.c", names), "lib/a.c");
    EXPECT_FALSE(relative_name("/src/shopping/a.c", names));
    EXPECT_FALSE(relative_name("../a.c", names));
    EXPECT_FALSE(relative_name("", names));
}

} // namespace
