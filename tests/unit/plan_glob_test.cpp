// Globs, by tables of examples and by comparison with a matcher that is slow and obviously right.
#include "plan/glob.hpp"
#include "plan_support.hpp"

#include <random>

namespace faultline::language {
namespace {

struct Example {
    std::string_view pattern, text;
    bool matches;
};

TEST(NameGlob, MatchesAsTheTableSays)
{
    constexpr Example examples[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "read", true},
        {"read", "read", true},
        {"read", "reads", false},
        {"read", "rea", false},
        {"pwrite*", "pwrite64", true},
        {"pwrite*", "pwrite", true},
        {"*64", "open64", true},
        {"*64", "open", false},
        {"p?ad", "pead", true},
        {"p?ad", "pad", false},
        {"?", "", false},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[!a-c]x", "dx", true},
        {"[^a-c]x", "ax", false},
        {"[]]", "]", true},
        {"[!]]", "]", false},
        {"[a-]", "-", true},
        {"[abc]", "c", true},
        {"[z-a]", "m", false},
        {"[[]", "[", true},
        {"*a*b*c", "xaybzc", true},
        {"*a*b*c", "xaybz", false},
        {"a*a*a", "aaa", true},
        {"a*a*a", "aa", false},
        {"**", "x", true},
        {"a/*", "a/b/c", true},
        {"[", "[", true},
        {"[*]", "*", true},
        {"[*]", "x", false},
        {"[\xc3-\xc4]", "\xc3", true},
    };
    for (const auto& [pattern, text, matches] : examples)
        EXPECT_EQ(glob_matches(pattern, text), matches) << pattern << " on " << text;
}

TEST(PathGlob, MatchesAsTheTableSays)
{
    constexpr Example examples[] = {
        // * ? [] stay in their component
        {"/a/*", "/a/b", true},
        {"/a/*", "/a/b/c", false},
        {"/a/*/c", "/a/b/c", true},
        {"/a/*/c", "/a/b/b/c", false},
        {"/a?b", "/a/b", false},
        {"/a[!x]b", "/a/b", false},
        {"/a[/]b", "/a/b", false},
        {"/*", "/", true},
        // ** crosses
        {"/a/**", "/a/b", true},
        {"/a/**", "/a/b/c", true},
        {"/a/**", "/ab", false},
        {"/a/**", "/a", false},
        {"/**", "/a/b", true},
        {"/a**z", "/a/b/z", true},
        {"/a**z", "/az", true},
        {"/a/**/z", "/a/z", true},
        {"/a/**/z", "/a/b/c/z", true},
        {"/a/**/z", "/a/bz", false},
        {"/a/**/z", "/az", false},
        {"/a/**/*.db", "/a/b/c.db", true},
        {"/a/**/b/**/c", "/a/b/c", true},
        {"/a/**/b/**/c", "/a/x/b/y/z/c", true},
        {"/a/**/b/**/c", "/a/x/y/c", false},
        {"**/x", "/x", true},
        {"**/x", "/a/b/x", true},
        {"**/x", "/ax", false},
        {"/**/x", "/x", true},
        // without a '/', the last component
        {"x", "/x", true},
        {"x", "/a/x", true},
        {"x", "/x/a", false},
        {"*.db", "/var/lib/a.db", true},
        {"*.db", "/a.db/b", false},
        {"*", "/a/b", true},
        {"**.log", "/var/log/a.log", true},
        {"**.log", "/a.log/b", false},
        {"**.log", "/a/.log", true},
        {"lib**.so", "/usr/lib/x/y.so", true},
        {"lib**.so", "/usr/alib/x.so", false},
        // relative with a '/', at any depth
        {"data/*.db", "/srv/data/a.db", true},
        {"data/*.db", "/data/a.db", true},
        {"data/*.db", "/mydata/a.db", false},
        {"data/*.db", "/data/x/a.db", false},
        // what is no absolute path
        {"/x", "x", false},
        {"x", "x", true},
        {"/x", "", false},
        {"**", "", true},
    };
    for (const auto& [pattern, text, matches] : examples)
        EXPECT_EQ(path_matches(pattern, text), matches) << pattern << " on " << text;
}

TEST(PathGlob, IsUsableAtCompileTime)
{
    static_assert(path_matches("/a/**/[x-z]?", "/a/b/c/y1") && !glob_matches("a", "b"));
}

TEST(PathGlob, IsDoneQuicklyWithHostilePatterns)
{
    const std::string path = "/" + std::string(2000, 'a');
    EXPECT_FALSE(path_matches("/*a*a*a*a*a*a*a*a*a*a*a*b", path));
    EXPECT_FALSE(path_matches("**a**a**a**a**a**a**a**b", path));
}

/// Tries everything. `fresh`: the pattern is at the beginning of a component.
bool slow(std::string_view pattern, std::string_view text, bool fresh)
{
    if (pattern.empty()) return text.empty();
    if (pattern.starts_with("**")) {
        auto rest = pattern;
        while (rest.starts_with('*'))
            rest.remove_prefix(1);
        if (fresh && rest.starts_with('/')) {
            rest.remove_prefix(1);
            for (std::size_t i = 0; i <= text.size(); ++i)
                if ((i == 0 || text[i - 1] == '/') && slow(rest, text.substr(i), true)) return true;
            return false;
        }
        for (std::size_t i = 0; i <= text.size(); ++i)
            if (slow(rest, text.substr(i), false)) return true;
        return false;
    }
    if (pattern.front() == '*') {
        for (std::size_t i = 0; i <= text.size(); ++i) {
            if (slow(pattern.substr(1), text.substr(i), false)) return true;
            if (i < text.size() && text[i] == '/') return false;
        }
        return false;
    }
    if (text.empty()) return false;
    const bool same = pattern.front() == text.front() || (pattern.front() == '?' && text.front() != '/');
    return same && slow(pattern.substr(1), text.substr(1), pattern.front() == '/');
}

TEST(PathGlob, AgreesWithTryingEverything)
{
    std::mt19937 random(7);
    const auto draw = [&](std::string_view letters, std::size_t most) {
        std::string text;
        for (auto length = random() % (most + 1); length != 0; --length)
            text += letters[random() % letters.size()];
        return text;
    };
    int matched = 0;
    for (int i = 0; i < 200'000; ++i) {
        const auto pattern = draw("ab/***/?", 9);
        const auto text = draw("aab//", 9);
        const bool expected = slow(pattern, text, true);
        matched += expected ? 1 : 0;
        ASSERT_EQ(path_matches("/" + pattern, "/" + text), expected) << "/" << pattern << " on /" << text;
    }
    EXPECT_GT(matched, 1000);
}

TEST(PathSet, MatchesSomeGlobAndNoNegatedOne)
{
    const Valid plan(with(R"(path = ["/var/**", "/srv/*", "!**.log", "!/var/tmp/**"])"));
    const auto set = plan.view(plan->descriptor_sets)[plan.fault().path_set].paths;
    EXPECT_TRUE(any_matches(plan.plan(), set, "/var/lib/a"));
    EXPECT_TRUE(any_matches(plan.plan(), set, "/srv/a"));
    EXPECT_FALSE(any_matches(plan.plan(), set, "/srv/a/b"));
    EXPECT_FALSE(any_matches(plan.plan(), set, "/var/lib/a.log"));
    EXPECT_FALSE(any_matches(plan.plan(), set, "/var/tmp/a"));
}

TEST(PathSet, OfNegatedGlobsAloneMatchesEverythingElse)
{
    const Valid plan(with(R"(path = "!*.log")"));
    const auto set = plan.view(plan->descriptor_sets)[0].paths;
    EXPECT_TRUE(any_matches(plan.plan(), set, "/a"));
    EXPECT_FALSE(any_matches(plan.plan(), set, "/a.log"));
}

} // namespace
} // namespace faultline::language
