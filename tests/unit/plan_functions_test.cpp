// From the words of `functions` to the functions struck, and which combinations cannot mean anything. Driven by the
// table where it can be, so that rows may come and go.
#include "language/targets.hpp"
#include "plan_support.hpp"

#include <algorithm>

namespace faultline::language {
namespace {

using calls::Spec;

Lines struck(std::string_view functions, std::string_view type = "errno", std::string_view more = "errno = \"EIO\"")
{
    return Valid(fault(type, functions, more)).functions();
}

/// The functions whose own row is as asked for, in the table's order.
template <class Accepts>
Lines those(const Accepts& accepts)
{
    Lines names;
    for (const auto row : calls::named_rows())
        if (accepts(calls::table[row])) names.emplace_back(std::string_view{calls::table[row].name});
    return names;
}

bool contains(const Lines& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

TEST(Functions, AreNamedByThemselvesOrByATwin)
{
    EXPECT_EQ(struck("\"read\""), Lines{"read"});
    EXPECT_EQ(struck("[\"read\"]"), Lines{"read"});
    EXPECT_EQ(struck("\"__read_chk\""), Lines{"read"});
    EXPECT_EQ(struck("[\"pread64\", \"pread\"]"), Lines{"pread"});
    EXPECT_EQ(struck("[\"write\", \"read\"]"), (Lines{"read", "write"})) << "in the table's order";
}

TEST(Functions, AnswerToEverySymbolOfTheTable)
{
    for (std::size_t row = 0; row < calls::row_count; ++row) {
        const auto function = calls::function_of_row[row];
        if (function == calls::no_function) continue;
        const std::string symbol(std::string_view{calls::table[row].name});
        const std::string name(std::string_view{calls::table[calls::named_rows()[function]].name});
        EXPECT_EQ(struck("\"" + symbol + "\"", "delay", "delay = \"1s\""), Lines{name}) << symbol;
    }
}

TEST(Functions, GlobsLookAtSymbolsAndNames)
{
    const auto all = struck("\"pwrite*\"");
    EXPECT_TRUE(contains(all, "pwrite") && contains(all, "pwritev"));
    EXPECT_FALSE(contains(all, "write"));
    EXPECT_TRUE(contains(struck("\"*_chk\""), "read")) << "through __read_chk";
}

TEST(Functions, GroupsAreThoseOfTheTable)
{
    for (const auto group : {"io", "file", "stdio", "net", "memory", "process", "thread", "time", "random", "read",
                             "write", "alloc", "path", "sync"}) {
        const auto expected = those([&](const Spec& spec) { return calls::in_group(spec, group); });
        for (const auto& name : expected)
            EXPECT_TRUE(contains(struck("\"@" + std::string(group) + "\"", "delay", "delay = \"1s\""), name))
                << group << name;
        EXPECT_FALSE(expected.empty()) << group;
    }
}

TEST(Functions, AnErrorNamesThoseThatItsEnvironmentMayFailWithIt)
{
    EXPECT_EQ(struck("\"@ENOSPC\""), those([](const Spec& spec) { return spec.fails.errors.contains(ENOSPC); }));
    EXPECT_TRUE(contains(struck("\"@ENOSPC\""), "write"));
    EXPECT_FALSE(contains(struck("\"@ENOSPC\""), "read"));
    EXPECT_FALSE(contains(struck("[\"@ENOSPC\", \"!@stdio\"]"), "fputs"));
    EXPECT_EQ(mistakes(fault("errno", "\"@ENOSPCE\"")), Lines{"p:4:13: unknown group '@ENOSPCE'"});
}

TEST(Functions, StarMeansAllButWhatStartsTheProgram)
{
    EXPECT_EQ(struck("\"*\"", "delay", "delay = \"1s\""),
              those([](const Spec& spec) { return spec.tracks != calls::Tracks::starts; }));
}

TEST(Functions, CanBeTakenOutAgain)
{
    const auto without = struck("[\"!close\", \"@io\", \"!pread*\"]");
    EXPECT_TRUE(contains(without, "read"));
    EXPECT_FALSE(contains(without, "close") || contains(without, "pread") || contains(without, "preadv"));
}

TEST(Functions, ThatPatternsBringInAreKeptWhereTheyCan)
{
    const auto in_file_or_io = [](const Spec& spec) { return calls::in_group(spec, "io"); };
    EXPECT_EQ(struck("\"@io\"", "short", ""),
              those([&](const Spec& spec) { return in_file_or_io(spec) && spec.can_be_short(); }));
    EXPECT_EQ(struck("\"*\"", "corruption", ""), those([](const Spec& spec) { return spec.moves_data(); }));
    EXPECT_EQ(struck("\"*\"", "timeout", ""),
              those([](const Spec& spec) { return spec.waits.limit != calls::Wait::Limit::none; }));
    EXPECT_EQ(struck("\"*\""), those([](const Spec& spec) { return spec.can_fail(); }));
    EXPECT_EQ(struck("\"*\"", "errno", ""),
              those([](const Spec& spec) { return spec.can_fail() && spec.fails.errors.count != 0; }));
    EXPECT_EQ(struck("\"*\"", "errno", "errno = \"EAI_AGAIN\""),
              those([](const Spec& spec) { return spec.fails.returns == calls::Failure::Returns::gai_code; }));
    EXPECT_EQ(struck("\"*\"", "delay", "delay = \"1s\"\npath = \"/a\""),
              those([](const Spec& spec) { return spec.path != calls::absent || spec.has_descriptor(); }));
    EXPECT_EQ(struck("\"*\"", "delay", "delay = \"1s\"\nsize = 5"),
              those([](const Spec& spec) { return spec.has_size(); }));
    EXPECT_FALSE(contains(struck("\"@process\"", "returns", "returns = 0"), "_exit"));
}

TEST(Functions, ThatAreUnknownAreMistakes)
{
    const auto said = [](std::string_view functions) { return mistakes(fault("errno", functions)); };
    EXPECT_EQ(said("[\"wirte\"]"), Lines{"p:4:14: unknown function 'wirte' (did you mean 'write'?)"});
    EXPECT_EQ(said("[\"read\", \"!wirte\"]"), Lines{"p:4:22: unknown function 'wirte' (did you mean 'write'?)"});
    EXPECT_EQ(said("\"printer_on_fire\""), Lines{"p:4:13: unknown function 'printer_on_fire'"});
    EXPECT_EQ(said("\"@oi\""), Lines{"p:4:13: unknown group '@oi' (did you mean '@io'?)"});
    EXPECT_EQ(said("\"@everything\""), Lines{"p:4:13: unknown group '@everything'"});
    EXPECT_EQ(said("\"stdio\""), Lines{"p:4:13: unknown function 'stdio' (did you mean '@stdio'?)"});
    EXPECT_EQ(said("\"@*\""), Lines{"p:4:13: unknown group '@*'"});
    EXPECT_EQ(said("\"zz*\""), Lines{"p:4:13: no function matches 'zz*'"});
    EXPECT_EQ(said("\"__libc_start_main\"").size(), 1U) << "it is there for `arm` alone";
    EXPECT_EQ(said("\"!\""), Lines{"p:4:13: unknown function ''"});
    EXPECT_EQ(said("[]"), Lines{"p:4:13: functions is an empty array (name at least one)"});
    EXPECT_EQ(said("3"), Lines{"p:4:13: functions is an integer; it must be a string or an array of strings"});
    EXPECT_EQ(said("\"!close\""), Lines{"p:4:1: functions only takes functions out (say first which: \"*\" for all)"});
    EXPECT_EQ(said("[\"read\", \"!read\"]"), Lines{"p:4:1: functions takes out again all that it names"});
}

TEST(Combinations, ThatCannotMeanAnythingAreMistakesByName)
{
    const auto said = [](std::string_view type, std::string_view functions, std::string_view more = "") {
        return mistakes(fault(type, functions, more));
    };
    EXPECT_EQ(said("corruption", "[\"read\", \"connect\"]"),
              Lines{"p:4:22: corruption on 'connect' cannot mean anything (it moves no data)"});
    EXPECT_EQ(
        said("short", "\"open64\""),
        Lines{"p:4:13: short on 'open64' cannot mean anything (it cannot transfer fewer bytes than it was asked for)"});
    EXPECT_EQ(said("timeout", "\"malloc\""),
              Lines{"p:4:13: timeout on 'malloc' cannot mean anything (it has no limit to its waiting)"});
    EXPECT_EQ(said("errno", "\"_exit\""),
              Lines{"p:4:13: errno on '_exit' cannot mean anything (it has no way to report a failure)"});
    EXPECT_EQ(said("returns", "\"_exit\"", "returns = 0"),
              Lines{"p:5:13: returns on '_exit' cannot mean anything (it never returns)"});
    EXPECT_EQ(
        said("errno", "\"malloc\"", "path = \"/a\""),
        Lines{"p:5:13: the selector path on 'malloc' cannot mean anything (it has neither a path nor a descriptor)"});
    EXPECT_EQ(
        said("errno", "\"fsync\"", "size = 3"),
        Lines{"p:5:13: the selector size on 'fsync' cannot mean anything (it does not say how many bytes it wants)"});
    EXPECT_EQ(said("errno", "\"read\"", "errno = \"EAI_AGAIN\""),
              Lines{"p:5:13: an EAI_ code on 'read' cannot mean anything (it reports errno values)"});
    EXPECT_EQ(said("corruption", "\"@process\"")[0].find(
                  "p:4:1: corruption cannot mean anything on any of these functions ('"),
              0U);
    EXPECT_EQ(said("corruption", "[\"@process\", \"read\"]"), Lines{}) << "a group is filtered";
}

TEST(Warnings, TellOfErrnosThatAFunctionIsNotKnownFor)
{
    EXPECT_EQ(warnings(fault("errno", "[\"read\", \"write\"]", "errno = [\"EIO\", \"EXDEV\"]")),
              Lines{"p:4:17: EXDEV is not among the documented errors of read and write"});
    EXPECT_EQ(warnings(fault("errno", "\"read\"", "errno = \"EBADF\"")), Lines{}) << "a misuse, but documented";
    EXPECT_EQ(warnings(fault("errno", "\"getaddrinfo\"", "errno = \"EXDEV\"")), Lines{}) << "through EAI_SYSTEM";
    EXPECT_EQ(warnings(fault("errno", "\"@io\"", "errno = \"EXDEV\"")), Lines{}) << "a group is meant broadly";
}

} // namespace
} // namespace faultline::language
