// Whatever is wrong with a plan is said, with its place and its cure, and nothing else is.
#include "plan_support.hpp"

namespace faultline::language {
namespace {

struct Case {
    std::string plan;
    std::string mistake; // the only one
};

void expect(const std::vector<Case>& cases)
{
    for (const auto& [plan, mistake] : cases)
        EXPECT_EQ(mistakes(plan), Lines{mistake}) << plan;
}

TEST(PlanMistakes, OfSyntaxAreSaidInPlainWords)
{
    expect({
        {"[[fault]]\ntype = errno\n", "p:2:8: this is not a value (text stands in quotes, as in \"ENOSPC\")"},
        {"a = truth\n", "p:1:8: this is not a value (text stands in quotes; besides there are true and false)"},
        {"a = \"abc\n", "p:1:9: a string does not end on its line, or holds a control character (close the quote)"},
        {"a = [1, 2\nb = 3\n", "p:2:1: an array does not end (a comma or ']' is missing)"},
        {"a = [1,,2]\n", "p:1:8: a value is missing between two commas"},
        {"a = { x = 1, }\n", "p:1:14: a { } table ends in a comma (leave it out)"},
        {"a = { x = 1\n}\n", "p:1:12: a { } table must stand on one line and end in '}'"},
        {"a = { x = 1 y = 2 }\n", "p:1:13: a { } table does not end (a comma or '}' is missing)"},
        {"[fault\n", "p:1:7: the header of a table does not end (']' is missing)"},
        {"[]\n", "p:1:2: the name of a table is missing"},
        {"[!]\n", "p:1:2: a key is missing here"},
        {"[fault]]\n", "p:1:8: the line should end here (one key or [table] a line, text in quotes)"},
        {"a b = 1\n", "p:1:3: a key is followed by '=' and its value ('=' is missing)"},
        {"a = \n", "p:1:5: a value is missing here"},
        {"a = 1 b = 2\n", "p:1:7: the line should end here (one key or [table] a line, text in quotes)"},
        {"= 1\n", "p:1:1: a line begins with a key, a [table] or a # comment"},
        {"a = 1\na = 2\n", "p:2:5: 'a' is given twice (keep one)"},
        {"[a]\n[a]\n", "p:2:1: 'a' is given twice (keep one)"},
        {"a = 9223372036854775808\n", "p:1:24: the number is too large (at most 2^63-1)"},
        {"a = 05\n", "p:1:7: a number does not begin with 0 (leave the zero out)"},
        {"a = 5ms\n", "p:1:6: this is not a number (text such as \"5ms\" stands in quotes)"},
        {"a = 1.\n", "p:1:7: this is not a number (it has digits on both sides of its point; text stands in quotes)"},
        {"a = \"\\q\"\n", "p:1:7: an unknown \\ escape (write text with backslashes in single quotes)"},
        {"a = \"\"\"abc",
         "p:1:11: the plan ends in the middle of something (a quote, a bracket or a value is missing)"},
    });
}

TEST(PlanMistakes, OfTextThatIsNoTomlAtAll)
{
    using namespace std::string_literals;
    expect({
        {"", "p: the plan is empty (it needs at least one [[fault]])"},
        {"a = 1\nb\0"s, "p:2:2: a NUL byte: this is not a text file (a plan is TOML)"},
        {"a = 'ää\xff'\n", "p:1:8: this is not UTF-8 (save the plan as UTF-8)"},
        {"a = '\xc3'\n", "p:1:6: this is not UTF-8 (save the plan as UTF-8)"},
        {"a = '\xed\xa0\x80'\n", "p:1:6: this is not UTF-8 (save the plan as UTF-8)"},
        {"a = '\xf4\x90\x80\x80'\n", "p:1:6: this is not UTF-8 (save the plan as UTF-8)"},
        // toml++ takes it for impossible that such a letter stands where a blank could (under UBSan it is caught).
        {"\xcd\xab\xdf\x94#", "p:1:1: a line begins with a key, a [table] or a # comment"},
        {"a = \"\"\"b\\\n ëc\"\"\"\n" + with(""), "p:1:1: unknown key 'a'"},
        {"# nothing\n\n", "p: the plan has no [[fault]] (add at least one)"},
        {"fault = []\n", "p:1:9: the plan has no [[fault]] (add at least one)"},
    });
}

TEST(PlanMistakes, SettingsAloneAreNoneWhereFaultsFollow)
{
    const auto base = language::parse("seed = 7\n", "/p", {}, language::Needs::nothing);
    ASSERT_TRUE(base.mistakes.empty());
    EXPECT_EQ(base.plan().seed, 7U);
    EXPECT_EQ(base.plan().faults.count, 0U);
    const auto wrong = language::parse("seed = 7\narm = 1\n", "/p", {}, language::Needs::nothing);
    ASSERT_EQ(wrong.mistakes.size(), 1U);
    EXPECT_EQ(wrong.mistakes[0].line, 2);
    EXPECT_EQ(language::parse("seed = 7\n", "/p").mistakes.size(), 1U);
}

TEST(PlanMistakes, DeepNestingIsRefusedWithoutRecursion)
{
    std::string dotted = "a";
    for (int i = 0; i < 400'000; ++i)
        dotted += ".a";
    const Lines deep_key{"p:1:18: a key of so many parts means nothing (a plan's keys have at most two)"};
    EXPECT_EQ(mistakes(dotted + " = 1\n"), deep_key);
    EXPECT_EQ(mistakes("[" + dotted + "]\n"),
              (Lines{"p:1:19: a key of so many parts means nothing (a plan's keys have at most two)"}));
    EXPECT_EQ(mistakes("a = " + std::string(500'000, '[')), (Lines{"p:1:37: arrays or tables are nested too deeply"}));
    std::string tables;
    for (int i = 0; i < 100'000; ++i)
        tables += "a = { ";
    EXPECT_EQ(mistakes(tables).size(), 1U);
    // Dots in strings and comments are none of a key's.
    Valid("# a.b.c.d.e.f.g.h.i.j.k\n" +
          with("path = [\"/a.b.c.d.e.f.g.h\", '/i.j.k.l.m.n.o\\', \"\"\"/p.q.\"r.s.t.u.v.w\"\"\"]"));
}

TEST(PlanMistakes, OfTheTopOfThePlan)
{
    expect({
        {"sed = 1\n" + with(""), "p:1:1: unknown key 'sed' (did you mean 'seed'?)"},
        {"flavour = 1\n" + with(""), "p:1:1: unknown key 'flavour'"},
        {"errno = \"EIO\"\n" + with(""), "p:1:1: unknown key 'errno' (it belongs under [[fault]])"},
        {"events = 3\n" + with(""), "p:1:1: unknown key 'events' (it belongs under [stats])"},
        {with("seed = 3"), "p:4:1: unknown key 'seed' (it belongs at the top of the plan)"},
        {"[stat]\n" + with(""), "p:1:1: unknown table 'stat' (did you mean [stats]?)"},
        {"[zebra]\n" + with(""), "p:1:1: unknown table 'zebra' (a plan has [stats] and [[fault]])"},
        {"[[faults]]\nname = \"x\"\n", "p:1:1: unknown table 'faults' (did you mean [[fault]]?)"},
        {"[fault]\nname = \"x\"\nfunctions = \"read\"\ntype = \"errno\"\n",
         "p:1:1: fault is a single table (write [[fault]], for there may be several)"},
        {"fault = 3\n", "p:1:9: fault is an integer; it must be tables, each headed by [[fault]]"},
        {"fault = [1]\n", "p:1:10: fault is an integer; it must be a table headed by [[fault]]"},
        {"seed = -1\n" + with(""), "p:1:8: seed is -1; it must be 0 or more, at most 2^63-1"},
        {"seed = 1.5\n" + with(""),
         "p:1:8: seed is a number with a fraction; it must be an integer, 0 or more, at most 2^63-1"},
        {"arm = \"mian\"\n" + with(""),
         "p:1:7: arm is 'mian'; it must be \"load\", \"main\", a duration such as \"5s\", "
         "or \"file:PATH\" (did you mean 'main'?)"},
        {"arm = \"5\"\n" + with(""), "p:1:7: arm is '5'; its unit is missing (ns, us, ms, s, m or h)"},
        {"arm = \"file:\"\n" + with(""), "p:1:7: arm is 'file:'; a path must follow \"file:\""},
        {"arm = 5\n" + with(""),
         "p:1:7: arm is an integer; it must be \"load\", \"main\", a duration such as \"5s\", or \"file:PATH\""},
        {"programs = []\n" + with(""), "p:1:12: programs is an empty array (name at least one)"},
        {"programs = [\"\"]\n" + with(""), "p:1:13: programs is an empty string (give it a value)"},
        {"programs = [\"a\", 3]\n" + with(""),
         "p:1:18: programs holds an integer; it must be a string or an array of strings"},
        {"programs = \"/bin/tar\"\n" + with(""),
         "p:1:12: programs has '/bin/tar'; a program's name has no '/' (write its last part)"},
        {"programs = \"a[b\"\n" + with(""),
         "p:1:12: programs has 'a[b'; its '[' is not closed (write [[] for the character itself)"},
        {"stats = 3\n" + with(""), "p:1:9: stats is an integer; it must be one table, [stats]"},
        {"[[stats]]\n" + with(""), "p:1:1: stats is an array; it must be one table, [stats]"},
        {"[stats]\nfil = \"x\"\n" + with(""), "p:2:1: unknown key 'fil' (did you mean 'file'?)"},
        {"[stats]\nfile = \"%d\"\n" + with(""), "p:2:8: file is '%d'; %d means nothing (%p pid, %e program, %t start "
                                                "time, %% a percent sign)"},
        {"[stats]\nfile = \"a\\u0000\"\n" + with(""), "p:2:8: file is 'a\\x00'; it must not contain a NUL character"},
        {"[stats]\nevents = -1\n" + with(""), "p:2:10: events is -1; it must be from 0 to 10000000"},
        {"[stats]\nevents = 10000001\n" + with(""), "p:2:10: events is 10000001; it must be from 0 to 10000000"},
    });
}

TEST(FaultMistakes, OfKeys)
{
    expect({
        {"[[fault]]\ntype = \"errno\"\nfunctions = \"read\"\n",
         "p:1:1: the key 'name' is missing (every [[fault]] needs it)"},
        {"[[fault]]\nname = \"x\"\nfunctions = \"read\"\n",
         "p:1:1: the key 'type' is missing (every [[fault]] needs it)"},
        {"\n  [[fault]]\nname = \"x\"\ntype = \"errno\"\n",
         "p:2:3: the key 'functions' is missing (every [[fault]] needs it)"},
        {with("delay", ""), "p:1:1: the key 'delay' is missing (type 'delay' needs it)"},
        {with("returns", ""), "p:1:1: the key 'returns' is missing (type 'returns' needs it)"},
        {with("probabilty = 0.5"), "p:4:1: unknown key 'probabilty' (did you mean 'probability'?)"},
        {with("signal", ""), "p:1:1: the key 'signal' is missing (type 'signal' needs it)"},
        {with("throttle", ""), "p:1:1: the key 'rate' is missing (type 'throttle' needs it)"},
        {with("pear = \"*:53\""), "p:4:1: unknown key 'pear' (did you mean 'peer'?)"},
        {with("mode = \"zero\""), "p:4:1: type 'errno' does not take the key 'mode' (corruption does)"},
        {with("bytes = 3"), "p:4:1: type 'errno' does not take the key 'bytes' (corruption and short do)"},
        {with("short", "errno = \"EIO\""), "p:4:1: type 'short' does not take the key 'errno' (errno and reset do)"},
        {with("corruption", "returns = 3"),
         "p:4:1: type 'corruption' does not take the key 'returns' (errno and returns do)"},
        {with("corruption", "rate = 0.5\nbytes = 3"),
         "p:4:1: a fault has either 'rate' or 'bytes', not both (leave one out)"},
        {with("short", "fraction = 0.5\nbytes = 3"),
         "p:4:1: a fault has either 'fraction' or 'bytes', not both (leave one out)"},
        {with("after_failure = \"keep\""),
         "p:5:13: after_failure on 'write' cannot mean anything (it does not sync a file "
         "that it names, as fsync and fdatasync do)"},
        {fault("errno", "\"fsync\"", "errno = \"EINTR\"\nafter_failure = \"keep\""),
         "p:4:9: a sync that was interrupted has not failed to write (leave out EINTR, or after_failure)"},
        {fault("errno", "\"fsync\"", "after_failure = \"late\"\nreturns = 1"),
         "p:4:1: a fault has either 'after_failure' or 'returns', not both (leave one out)"},
        {fault("errno", "\"fsync\"", "after_failure = \"late\"\non = 2\nsticky = \"fault\""),
         "p:6:1: after_failure = \"late\" tells each failure once, at the next sync (leave out sticky, or take "
         "\"keep\")"},
        {with("\"a\\nb\" = 1"), "p:4:1: unknown key 'a\\x0ab'"},
    });
}

TEST(FaultMistakes, OfTypes)
{
    expect({
        {with("corupt", ""), "p:3:8: unknown type 'corupt' (it must be errno, delay, timeout, hang, corruption, short, "
                             "drop, returns, signal, crash, throttle, reset, clock, move, wake, shuffle or hold)"},
        {with("corruptoin", ""), "p:3:8: unknown type 'corruptoin' (did you mean 'corruption'?)"},
        {with("Errno", ""), "p:3:8: unknown type 'Errno' (did you mean 'errno'?)"},
        {"[[fault]]\nname = \"x\"\nfunctions = \"read\"\ntype = 3\n",
         "p:4:8: type is an integer; it must be one of errno, delay, timeout, hang, corruption, short, drop, returns, "
         "signal, crash, throttle, reset, clock, move, wake, shuffle or hold"},
        {"[[fault]]\nname = \"x\"\nfunctions = \"read\"\ntype = \"\"\n",
         "p:4:8: type is an empty string (give it a value)"},
    });
}

TEST(FaultMistakes, OfNames)
{
    expect({
        {"[[fault]]\nname = \"\"\ntype = \"errno\"\nfunctions = \"read\"\n",
         "p:2:8: name is an empty string (give it a value)"},
        {"[[fault]]\nname = 3\ntype = \"errno\"\nfunctions = \"read\"\n",
         "p:2:8: name is an integer; it must be a string"},
        {"[[fault]]\nname = \"a\\nb\"\ntype = \"errno\"\nfunctions = \"read\"\n",
         "p:2:8: name is 'a\\x0ab'; it must not contain line breaks or other control characters"},
        {with("") + with(""), "p:6:8: the name 'x' is already taken in line 2 (give each fault its own)"},
    });
}

TEST(FaultMistakes, OfErrnos)
{
    expect({
        {with("errno = \"ENOSPACE\""), "p:4:9: unknown errno 'ENOSPACE' (did you mean 'ENOSPC'?)"},
        {with("errno = \"enospc\""), "p:4:9: unknown errno 'enospc' (did you mean 'ENOSPC'?)"},
        {with("errno = \"no space\""), "p:4:9: unknown errno 'no space' (a symbol such as ENOSPC)"},
        {with("errno = 28"), "p:4:9: errno is an integer; it must be a symbol such as \"ENOSPC\", an array of them, or "
                             "weights such as { EIO = 3, ENOSPC = 1 }"},
        {with("errno = []"), "p:4:9: errno is an empty array (name at least one)"},
        {with("errno = {}"), "p:4:9: errno is an empty table (name at least one)"},
        {with("errno = [\"EIO\", 5]"), "p:4:17: errno holds an integer; it must be a string or an array of strings"},
        {with("errno = [\"EIO\", \"EIO\"]"), "p:4:17: errno 'EIO' is named twice (give it a weight, { EIO = 2, … })"},
        {with("errno = [\"EAGAIN\", \"EWOULDBLOCK\"]"),
         "p:4:20: errno 'EWOULDBLOCK' is another name of 'EAGAIN' (keep one)"},
        {with("errno = { EIOO = 1 }"), "p:4:11: unknown errno 'EIOO' (did you mean 'EIO'?)"},
        {with("errno = { EIO = 0 }"), "p:4:17: the weight of an errno is 0; it must be from 1 to 1000000"},
        {with("errno = { EIO = 0.5 }"), "p:4:17: the weight of an errno is a number with a fraction; it must be an "
                                        "integer, from 1 to 1000000"},
    });
}

TEST(FaultMistakes, OfNumbers)
{
    expect({
        {with("probability = 1.5"), "p:4:15: probability is 1.5; it must be from 0.0 to 1.0"},
        {with("probability = -0.1"), "p:4:15: probability is -0.1; it must be from 0.0 to 1.0"},
        {with("probability = 2"), "p:4:15: probability is 2; it must be from 0.0 to 1.0"},
        {with("probability = nan"), "p:4:15: probability is nan; it must be from 0.0 to 1.0"},
        {with("probability = inf"), "p:4:15: probability is inf; it must be from 0.0 to 1.0"},
        {with("probability = \"0.5\""), "p:4:15: probability is a string; it must be a number from 0.0 to 1.0"},
        {with("corruption", "rate = 0"), "p:4:8: rate is 0; it must be above 0.0 and at most 1.0"},
        {with("short", "fraction = 1.1"), "p:4:12: fraction is 1.1; it must be above 0.0 and at most 1.0"},
        {with("max_triggers = 0"), "p:4:16: max_triggers is 0; it must be 1 or more"},
        {with("max_triggers = true"), "p:4:16: max_triggers is true or false; it must be an integer, 1 or more"},
        {with("enabled = \"yes\""), "p:4:11: enabled is a string; it must be true or false"},
        {with("returns = \"-1\""), "p:4:11: returns is a string; it must be an integer"},
        {with("corruption", "bytes = 0"), "p:4:9: bytes is 0; it must be 1 or more"},
        {with("corruption", "bytes = \"0KiB\""), "p:4:9: bytes is '0KiB'; it must be 1 or more"},
        {with("corruption", "bytes = 1.5"),
         "p:4:9: bytes is a number with a fraction; it must be a number of bytes, or a size such as \"4KiB\""},
        {with("corruption", "mode = \"flip\""),
         "p:4:8: unknown mode 'flip' (it must be bitflip, random, zero, increment, "
         "reverse, swap or truncate)"},
        {with("corruption", "range = \"15..0\""),
         "p:4:9: range is '15..0'; it runs backwards (did you mean \"0..15\"?)"},
        {with("corruption", "range = [0, 15]"),
         "p:4:9: range is an array; it must be a range of bytes such as \"0..15\""},
        {with("count = \"tree\""), "p:4:9: unknown count 'tree' (it must be process, thread, call, fd, site or run)"},
    });
}

TEST(FaultMistakes, OfSelectorsAndPositions)
{
    expect({
        {with("on = \"0\""), "p:4:6: on is '0'; matches are numbered from 1"},
        {with("on = 0"), "p:4:6: on is 0; it must be 1 or more"},
        {with("on = []"), "p:4:6: on is an empty array (name at least one match)"},
        {with("on = [1, \"x\"]"),
         "p:4:10: on is 'x'; it must be such as \"3\", \"2,5\", \"3..\", \"3..10\", \"3..10+2\" or \"..5\""},
        {with("on = \"10..3\""), "p:4:6: on is '10..3'; it runs backwards (did you mean \"3..10\"?)"},
        {with("on = 1.5"),
         "p:4:6: on is a number with a fraction; it must be a match such as 3, or matches such as \"3..10\""},
        {with("path = \"\""), "p:4:8: path is an empty string (give it a value)"},
        {with("path = []"), "p:4:8: path is an empty array (name at least one)"},
        {with("path = \"!\""), "p:4:8: path is '!'; a glob must follow the '!'"},
        {with("path = [\"/a\", \"~/b\"]"), "p:4:15: path is '~/b'; ~ is not expanded (write the absolute path)"},
        {with("size = \">= 0\""), "p:4:8: size is '>= 0'; every size is like that (leave it out)"},
        {with("size = -1"), "p:4:8: size is -1; it must be 0 or more, at most 2^63-1"},
        {with("size = 1.5"), "p:4:8: size is a number with a fraction; it must be a condition such as \">= 4096\" or "
                             "\"1..512\", or a number of bytes"},
    });
}

TEST(FaultMistakes, OfDelays)
{
    const auto delay = [](std::string_view value) { return with("delay", "delay = " + std::string(value)); };
    expect({
        {delay("10"), "p:4:9: delay is an integer; it must be a duration such as \"10ms\", or a table such as { min = "
                      "\"1ms\", max = "
                      "\"20ms\" }"},
        {delay("\"10\""), "p:4:9: delay is '10'; its unit is missing (ns, us, ms, s, m or h)"},
        {delay("{}"), "p:4:9: delay is an empty table (give min and max, or mean and stddev)"},
        {delay("{ min = \"1ms\" }"), "p:4:9: a uniform delay needs both min and max"},
        {delay("{ min = \"3ms\", max = \"2ms\" }"), "p:4:9: the min of delay is above its max (swap them)"},
        {delay("{ mean = \"3ms\" }"),
         "p:4:9: a delay with a mean needs stddev too (or distribution = \"exponential\")"},
        {delay("{ stddev = \"3ms\" }"), "p:4:9: a normal delay needs both mean and stddev"},
        {delay("{ mean = \"9ms\", stddev = \"1ms\", max = \"5ms\" }"),
         "p:4:9: the mean of delay lies outside min and max"},
        {delay("{ mean = \"3ms\", stddev = \"1ms\", distribution = \"exponential\" }"),
         "p:4:9: an exponential delay has no stddev of its own (it equals the mean; leave it out)"},
        {delay("{ max = \"1ms\", distribution = \"exponential\" }"), "p:4:9: an exponential delay needs a mean"},
        {delay("{ mean = \"3ms\", distribution = \"pareto\" }"), "p:4:9: a pareto delay needs both mean and stddev"},
        {delay("{ mean = \"3ms\", stddev = \"0s\", distribution = \"pareto\" }"),
         "p:4:9: the mean and stddev of a pareto delay must be above 0"},
        {delay("{ mean = \"3ms\", min = \"1ms\", max = \"5ms\", distribution = \"uniform\" }"),
         "p:4:9: a uniform delay is given by min and max, or by mean and stddev, not by both"},
        {delay("{ mean = \"3ms\", stddev = \"1ms\", distribution = \"gauss\" }"),
         "p:4:56: unknown distribution 'gauss' (it must be uniform, normal, exponential or pareto)"},
        {delay("{ min = \"1ms\", mx = \"2ms\" }"), "p:4:24: unknown key 'mx' in delay (did you mean 'max'?)"},
        {delay("{ min = \"1ms\", jitter = \"2ms\" }"),
         "p:4:24: unknown key 'jitter' in delay (it takes min, max, mean, stddev and distribution)"},
        {delay("{ min = 1, max = \"2ms\" }"), "p:4:17: min is an integer; it must be a duration such as \"10ms\""},
    });
}

TEST(PlanMistakes, AreAllListedInTheOrderOfTheFile)
{
    EXPECT_EQ(
        mistakes("[[fault]]\nprobability = 2\nname = \"x\"\nfunctions = [\"wirte\", \"raed\"]\ntype = \"erno\"\n\n"
                 "[[fault]]\nname = \"x\"\nzzz = 1\n\n[stats]\nevents = -1\n"),
        (Lines{
            "p:2:15: probability is 2; it must be from 0.0 to 1.0",
            "p:4:14: unknown function 'wirte' (did you mean 'write'?)",
            "p:4:23: unknown function 'raed' (did you mean 'read'?)",
            "p:5:8: unknown type 'erno' (did you mean 'errno'?)",
            "p:7:1: the key 'functions' is missing (every [[fault]] needs it)",
            "p:7:1: the key 'type' is missing (every [[fault]] needs it)",
            "p:8:8: the name 'x' is already taken in line 3 (give each fault its own)",
            "p:9:1: unknown key 'zzz'",
            "p:12:10: events is -1; it must be from 0 to 10000000",
        }));
}

TEST(PlanMistakes, LeaveNoBlock) { EXPECT_TRUE(parse("seed = -1", "/p").block.empty()); }

TEST(PlanMistakes, OfSwitchedOffFaultsCountToo)
{
    expect({{with("enabled = false\nprobability = 2"), "p:5:15: probability is 2; it must be from 0.0 to 1.0"}});
}

TEST(PlanLimits, HoldForFaultsAndPathSets)
{
    const auto many = [](std::size_t count, bool paths) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text += "[[fault]]\nname = \"f" + std::to_string(i) + "\"\nfunctions = \"read\"\ntype = \"errno\"\n" +
                    (paths ? "path = \"/" + std::to_string(i) + "\"\n" : "");
        return text;
    };
    EXPECT_EQ(Valid(many(most_faults, false))->faults.count, most_faults);
    EXPECT_EQ(mistakes(many(most_faults + 2, false)), (Lines{"p:4001:1: a plan has at most 1000 faults"}));
    EXPECT_EQ(Valid(many(most_descriptor_sets, true))->descriptor_sets.count, most_descriptor_sets);
    EXPECT_EQ(mistakes(many(most_descriptor_sets + 2, true)),
              (Lines{"p:235:1: a plan has at most 46 different lists of paths, kinds and peers (let faults share "
                     "theirs)"}));
}

} // namespace
} // namespace faultline::language
