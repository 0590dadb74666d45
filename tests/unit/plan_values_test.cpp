// The small notations: what is read from each text, and what is said about the others.
#include "language/suggest.hpp"
#include "language/values.hpp"
#include "plan_support.hpp"

namespace faultline::language {
namespace {

TEST(Duration, TakesEveryUnit)
{
    const std::pair<std::string_view, std::uint64_t> examples[] = {
        {"7ns", 7},
        {"7us", 7'000},
        {"7ms", 7'000'000},
        {"7s", 7'000'000'000},
        {"2m", 120'000'000'000},
        {"1h", 3'600'000'000'000},
        {"1.5s", 1'500'000'000},
        {"0.5us", 500},
        {"0ms", 0},
        {" 10 ms ", 10'000'000},
        {"8760h", 31'536'000'000'000'000},
        {"2.5ns", 3},
    };
    for (const auto& [text, ns] : examples)
        EXPECT_EQ(parse_duration(text).value, ns) << text;
}

TEST(Duration, RefusesTheRest)
{
    const std::pair<std::string_view, std::string_view> examples[] = {
        {"10", "its unit is missing (ns, us, ms, s, m or h)"},
        {"10sec", "'sec' is not a unit of it (ns, us, ms, s, m or h)"},
        {"10MS", "'MS' is not a unit of it (ns, us, ms, s, m or h)"},
        {"ms", "it must be a duration such as \"10ms\""},
        {"-1s", "it must be a duration such as \"10ms\""},
        {".5s", "it must be a duration such as \"10ms\""},
        {"1.s", "it must be a duration such as \"10ms\""},
        {"1.2.3s", "it must be a duration such as \"10ms\""},
        {"1s 2ms", "'s 2ms' is not a unit of it (ns, us, ms, s, m or h)"},
        {"8761h", "it must be at most 8760h, a year"},
        {"99999999999999999999999ns", "it must be at most 8760h, a year"},
        {"9999999.5h", "it must be at most 8760h, a year"},
    };
    for (const auto& [text, problem] : examples) {
        EXPECT_FALSE(parse_duration(text).value) << text;
        EXPECT_EQ(parse_duration(text).problem, problem) << text;
    }
}

TEST(Size, TakesEveryUnitAndNone)
{
    const std::pair<std::string_view, std::uint64_t> examples[] = {
        {"0", 0}, {"512", 512}, {"3B", 3}, {"4KiB", 4096}, {"1.5MiB", 1'572'864}, {"2 GiB", 2'147'483'648}};
    for (const auto& [text, bytes] : examples)
        EXPECT_EQ(parse_size(text).value, bytes) << text;
}

TEST(Size, RefusesDecimalUnitsSignsAndTooMuch)
{
    EXPECT_EQ(parse_size("4KB").problem, "'KB' is not a unit of it (B, KiB, MiB or GiB)");
    EXPECT_EQ(parse_size("-1").problem, "it must be a size such as \"512\" or \"4KiB\"");
    EXPECT_EQ(parse_size("99999999999GiB").problem, "it must be at most 2^62 bytes");
}

TEST(SizeCondition, GivesInclusiveBounds)
{
    struct Example {
        std::string_view text;
        std::uint64_t first, last;
    };
    const Example examples[] = {{">= 4096", 4096, unlimited},
                                {">=4KiB", 4096, unlimited},
                                {"> 3", 4, unlimited},
                                {"<= 10", 0, 10},
                                {"< 3", 0, 2},
                                {"= 7", 7, 7},
                                {"1..512", 1, 512},
                                {"512", 512, 512},
                                {"5..", 5, unlimited},
                                {"..5", 0, 5},
                                {"1KiB .. 1MiB", 1024, 1'048'576},
                                {"= 0", 0, 0}};
    for (const auto& [text, first, last] : examples) {
        const auto range = parse_size_condition(text).value;
        ASSERT_TRUE(range) << text;
        EXPECT_EQ(range->first, first) << text;
        EXPECT_EQ(range->last, last) << text;
    }
}

TEST(SizeCondition, RefusesTheRest)
{
    EXPECT_EQ(parse_size_condition("=> 3").problem, "'=>' is not a comparison (>=, >, <=, < or =)");
    EXPECT_EQ(parse_size_condition("< 0").problem, "no call asks for fewer than 0 bytes");
    EXPECT_EQ(parse_size_condition(">").problem, "it must be a size such as \"512\" or \"4KiB\"");
    EXPECT_EQ(parse_size_condition("big").problem, "it must be such as \">= 4096\", \"< 3\", \"1..512\" or \"512\"");
    EXPECT_EQ(parse_size_condition("9..3").problem, "it runs backwards (did you mean \"3..9\"?)");
}

TEST(Range, RefusesBackwardsAndEmptyOnes)
{
    EXPECT_EQ(parse_range("15..0").problem, "it runs backwards (did you mean \"0..15\"?)");
    EXPECT_EQ(parse_range("..").problem, "it must be a range such as \"0..15\"");
    EXPECT_EQ(parse_range("a..b").problem, "it must be a range such as \"0..15\"");
    EXPECT_EQ(parse_range("0...5").problem, "it must be a range such as \"0..15\"");
}

TEST(PositionList, GivesFirstLastAndStep)
{
    struct Example {
        std::string_view text;
        std::vector<std::array<std::uint64_t, 3>> positions;
    };
    const Example examples[] = {
        {"3", {{3, 3, 1}}},
        {"2,5", {{2, 2, 1}, {5, 5, 1}}},
        {"3..", {{3, unlimited, 1}}},
        {"3..10", {{3, 10, 1}}},
        {"3..10+2", {{3, 10, 2}}},
        {"..5", {{1, 5, 1}}},
        {"3..+4", {{3, unlimited, 4}}},
        {"7..7", {{7, 7, 1}}},
        {" 1 , 4 .. 9 + 3 ", {{1, 1, 1}, {4, 9, 3}}},
    };
    for (const auto& [text, expected] : examples) {
        const auto positions = parse_positions(text).value;
        ASSERT_TRUE(positions) << text;
        ASSERT_EQ(positions->size(), expected.size()) << text;
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_EQ((std::array{(*positions)[i].first, (*positions)[i].last, (*positions)[i].step}), expected[i])
                << text;
    }
}

TEST(PositionList, RefusesTheRest)
{
    constexpr std::string_view form = "it must be such as \"3\", \"2,5\", \"3..\", \"3..10\", \"3..10+2\" or \"..5\"";
    for (const std::string_view text :
         {"", "x", "..", "3+2", "3,", ",3", "3..x", "3..4+x", "-1", "1.5", "3...5", "99999999999999999999"})
        EXPECT_EQ(parse_positions(text).problem, form) << text;
    EXPECT_EQ(parse_positions("0").problem, "matches are numbered from 1");
    EXPECT_EQ(parse_positions("0..3").problem, "matches are numbered from 1");
    EXPECT_EQ(parse_positions("..0").problem, "matches are numbered from 1");
    EXPECT_EQ(parse_positions("3..9+0").problem, "a step is 1 or more");
    EXPECT_EQ(parse_positions("2,9..3").problem, "it runs backwards (did you mean \"3..9\"?)");
}

TEST(Chance, IsAShareOf2To64)
{
    EXPECT_EQ(chance_from(0.0), 0U);
    EXPECT_EQ(chance_from(-0.0), 0U);
    EXPECT_EQ(chance_from(0.5), std::uint64_t{1} << 63U);
    EXPECT_EQ(chance_from(0.25), std::uint64_t{1} << 62U);
    EXPECT_EQ(chance_from(1.0), unlimited);
    EXPECT_LT(chance_from(0x1.fffffffffffffp-1), unlimited);
    EXPECT_EQ(chance_from(1e-300), 1U);
    EXPECT_DOUBLE_EQ(share_of(chance_from(0.1)), 0.1);
    EXPECT_EQ(share_of(unlimited), 1.0);
}

TEST(StatsFileName, TakesFourPercentLetters)
{
    EXPECT_EQ(stats_file_problem("a%p%e%t%%.json"), "");
    EXPECT_EQ(stats_file_problem("a%d"), "%d means nothing (%p pid, %e program, %t start time, %% a percent sign)");
    EXPECT_EQ(stats_file_problem("100%"), "it ends in a single % (write %% for a percent sign)");
    EXPECT_EQ(stats_file_problem("out/"), "it is a directory (add a name such as fault-stats.%p.json)");
}

TEST(GlobText, IsRefusedWhereItCouldNeverMatch)
{
    for (const std::string_view sound : {"/a/**", "*", "a.b", "/", "..a", "a..", "/a/.b/*", "[[]x", "[!]]", "/a/.../b"})
        EXPECT_EQ(glob_problem(sound, true), "") << sound;
    EXPECT_EQ(glob_problem("a[b", false), "its '[' is not closed (write [[] for the character itself)");
    EXPECT_EQ(glob_problem("~/x", true), "~ is not expanded (write the absolute path)");
    EXPECT_EQ(glob_problem("/tmp/", true), "no path ends in '/' (did you mean '/tmp/**'?)");
    EXPECT_EQ(glob_problem("./x", true), "no path has a '.' or '..' left in it (write it without)");
    EXPECT_EQ(glob_problem("/a/../b", true), "no path has a '.' or '..' left in it (write it without)");
    EXPECT_EQ(glob_problem("/a/..", true), "no path has a '.' or '..' left in it (write it without)");
    EXPECT_EQ(glob_problem("/a//b", true), "no path has '//' left in it (write one '/')");
    EXPECT_EQ(glob_problem("//a", true), "no path has '//' left in it (write one '/')");
}

TEST(Nearest, IsGivenOnlyWhereItIsLikely)
{
    constexpr std::string_view words[] = {"read", "write", "pwrite", "path", "type"};
    const std::pair<std::string_view, std::string_view> examples[] = {
        {"wirte", "write"}, {"WRITE", "write"}, {"raed", "read"}, {"pwrit", "pwrite"}, {"peer", ""},
        {"hang", ""},       {"", ""},           {"x", ""},        {"typ", "type"},     {"readwrite", ""}};
    for (const auto& [word, near] : examples)
        EXPECT_EQ(nearest(word, words), near) << word;
    EXPECT_EQ(nearest(std::string(100'000, 'w'), words), "");
}

TEST(Quoted, StaysOnOneLineAndShort)
{
    EXPECT_EQ(in_quotes("a\nb\x7f"), "'a\\x0ab\\x7f'");
    EXPECT_EQ(in_quotes(std::string(100, 'a')), "'" + std::string(60, 'a') + "…'");
    EXPECT_EQ(in_quotes(std::string(59, 'a') + "äää"), "'" + std::string(59, 'a') + "ä…'");
}

TEST(Seed, IsAWholeNumberBelow2To63)
{
    EXPECT_EQ(parse_seed("0"), 0U);
    EXPECT_EQ(parse_seed("9223372036854775807"), 9223372036854775807U);
    for (const std::string_view text :
         {"", "-1", "+1", " 1", "1 ", "0x10", "1e3", "9223372036854775808", "99999999999999999999999", "abc"})
        EXPECT_FALSE(parse_seed(text)) << text;
}

} // namespace
} // namespace faultline::language
