// Options are turned into tables and given to the plan's readers: what counts is the fault that comes out, and what is
// said of an option that makes none.
#include "language/fault_option.hpp"
#include "language/parse.hpp"

#include <algorithm>
#include <cerrno>
#include <gtest/gtest.h>

namespace faultline {
namespace {

using language::parse_fault_option;

std::string problem(std::string_view option)
{
    std::set<std::string> names;
    return parse_fault_option(option, 1, names).problem;
}

class FaultOption : public testing::Test {
protected:
    const plan::Fault& fault(std::string_view option)
    {
        const auto parsed_option = parse_fault_option(option, 1, names_);
        EXPECT_EQ(parsed_option.problem, "");
        parsed_ = language::parse("", "/option", {&parsed_option.table, 1});
        for (const auto& mistake : parsed_.mistakes)
            ADD_FAILURE() << mistake.at(option);
        // A process that reads its plan from a file reads the very same one.
        const auto as_file = language::parse(language::fault_as_toml(parsed_option.table), "/option");
        EXPECT_EQ(as_file.mistakes.size(), 0);
        EXPECT_EQ(as_file.block, parsed_.block);
        static const plan::Fault none;
        return parsed_.mistakes.empty() ? plan().view(plan().faults)[0] : none;
    }
    [[nodiscard]] const plan::Plan& plan() const { return parsed_.plan(); }
    [[nodiscard]] std::vector<int> errors(const plan::Fault& fault) const
    {
        std::vector<int> codes;
        for (const auto& error : plan().view(fault.errors))
            codes.push_back(error.code);
        return codes;
    }

    std::set<std::string> names_;
    language::Parsed parsed_;
};

TEST_F(FaultOption, TakesTheTypeFromTheKeys)
{
    EXPECT_EQ(fault("write:errno=ENOSPC").type, plan::Type::error);
    EXPECT_EQ(fault("write:delay=10ms").type, plan::Type::delay);
    EXPECT_EQ(fault("write:errno=EIO,delay=10ms").type, plan::Type::error);
    EXPECT_EQ(fault("read:mode=zero").type, plan::Type::corruption);
    EXPECT_EQ(fault("read:fraction=0.5").type, plan::Type::shorten);
    EXPECT_EQ(fault("write:returns=-1").type, plan::Type::returns);
    EXPECT_EQ(fault("read:type=short,bytes=1").type, plan::Type::shorten);
}

TEST_F(FaultOption, TakesABareWordAsTypeOrError)
{
    const auto& shortened = fault("read:short,bytes=1");
    EXPECT_EQ(shortened.type, plan::Type::shorten);
    EXPECT_EQ(shortened.amount.bytes, 1);
    EXPECT_EQ(errors(fault("write:ENOSPC")), std::vector<int>{ENOSPC});
    EXPECT_EQ(fault("connect:timeout,delay=2s").type, plan::Type::timeout);
}

TEST_F(FaultOption, NamesSeveralFunctions)
{
    fault("write, pwrite:errno=EIO");
    EXPECT_EQ(plan().functions.count, 2);
}

TEST_F(FaultOption, LetsNumbersBeNumbersAndWordsBeText)
{
    EXPECT_LT(fault("write:EIO,probability=0.25").probability, plan::unlimited);
    EXPECT_LT(fault("write:EIO,probability=.25").probability, plan::unlimited);
    EXPECT_EQ(fault("write:EIO,max_triggers=3").max_triggers, 3);
    EXPECT_FALSE(fault("write:EIO,enabled=false").enabled);
    const auto& third = fault("write:EIO,on=3");
    EXPECT_EQ(plan().view(third.on).front().last, 3);
    const auto& stepped = fault("write:EIO,on=3..10+2");
    EXPECT_EQ(plan().view(stepped.on).front().step, 2);
    EXPECT_EQ(fault("write:EIO,size=>= 4096").size_least, 4096);
}

TEST_F(FaultOption, KeepsCommasInsideOfBracketsAndQuotes)
{
    EXPECT_EQ(errors(fault("write:errno=[EIO,ENOSPC],on=3")), (std::vector<int>{EIO, ENOSPC}));
    EXPECT_EQ(errors(fault("write:errno={EIO=3,ENOSPC=1}")), (std::vector<int>{EIO, ENOSPC}));
    EXPECT_EQ(fault("write:delay={min=1ms,max=20ms}").delay.shape, plan::Delay::Shape::uniform);
    const auto& listed = fault("write:EIO,on=\"2,5\"");
    EXPECT_EQ(plan().view(listed.on).size(), 2);
    fault("write:EIO,path=[/var/lib/**,!**.log]");
    EXPECT_EQ(plan().view(plan().view(plan().descriptor_sets)[0].paths).size(), 2);
}

TEST_F(FaultOption, QuotesWhatWouldBreakTheToml)
{
    fault(R"(write:EIO,path=/tmp/a"b\\c)");
    fault("write:EIO,path=/tmp/o'clock");
    fault("write:EIO,path='/tmp/a,b'");
    EXPECT_EQ(plan().text(plan().view(plan().view(plan().descriptor_sets)[0].paths)[0].pattern), "/tmp/a,b");
}

TEST_F(FaultOption, MakesNamesThatAreUnique)
{
    names_.insert("write-errno-2");
    fault("write:EIO");
    EXPECT_EQ(plan().text(plan().view(plan().faults)[0].name), "write-errno");
    fault("write:EIO");
    EXPECT_EQ(plan().text(plan().view(plan().faults)[0].name), "write-errno-3");
    fault("@read:delay=1ms,name=mine");
    EXPECT_EQ(plan().text(plan().view(plan().faults)[0].name), "mine");
    fault("*:delay=1ms");
    EXPECT_EQ(plan().text(plan().view(plan().faults)[0].name), "all-delay");
    fault("write:EIO,name=7");
    EXPECT_EQ(plan().text(plan().view(plan().faults)[0].name), "7");
}

TEST_F(FaultOption, KnowsWhichItemAMistakeIsIn)
{
    const auto option = parse_fault_option("write:errno=EIO,on=0", 7, names_);
    EXPECT_EQ(option.items, (std::vector<std::string>{"write", "errno=EIO", "on=0"}));
    const auto parsed = language::parse("", "/option", {&option.table, 1});
    ASSERT_EQ(parsed.mistakes.size(), 1);
    EXPECT_EQ(parsed.mistakes[0].option, 7);
    EXPECT_EQ(parsed.mistakes[0].line, 3);
}

TEST_F(FaultOption, UnderstandsTheEscapesOfQuotes)
{
    const auto path = [&](std::string_view option) {
        fault(option);
        return std::string(plan().text(plan().view(plan().view(plan().descriptor_sets)[0].paths)[0].pattern));
    };
    EXPECT_EQ(path(R"(write:EIO,path="/a\\b\"\t\u00e9\U0001f600")"), "/a\\b\"\t\u00e9\U0001f600");
    EXPECT_EQ(path(R"(write:EIO,path='/a\tb')"), R"(/a\tb)");
    EXPECT_NE(problem(R"(write:EIO,path="/a\qb")").find("unknown \\ escape"), std::string::npos);
    EXPECT_NE(problem(R"(write:EIO,path="/a\ud800")").find("unknown \\ escape"), std::string::npos);
}

TEST_F(FaultOption, RefusesWhatIsNoNumberKeyOrText)
{
    EXPECT_NE(problem("write:EIO,max_triggers=9223372036854775808").find("too large"), std::string::npos);
    EXPECT_NE(problem("write:errno={EIO=1,EIO=2}").find("'EIO' is given twice"), std::string::npos);
    EXPECT_NE(problem("write:errno={EIO}").find("not key=value"), std::string::npos);
    EXPECT_NE(problem("write:EIO,path=/\xff").find("not UTF-8"), std::string::npos);
    EXPECT_NE(problem("write:EIO,functions=read").find("'functions' is given twice"), std::string::npos);
}

TEST_F(FaultOption, IsOneLineAnItem)
{
    EXPECT_NE(problem("read:EIO,path=\"a\n\n\"").find("'path' has a line break in its quotes"), std::string::npos);
}

TEST(FaultOptionProblem, SaysWhatIsMissing)
{
    EXPECT_NE(problem("write").find("':' is missing"), std::string::npos);
    EXPECT_NE(problem(":errno=EIO").find("function is missing"), std::string::npos);
    EXPECT_NE(problem("write:").find("item is missing"), std::string::npos);
    EXPECT_NE(problem("write:errno=EIO,").find("item is missing"), std::string::npos);
    EXPECT_NE(problem("write:errno=").find("'errno' has no value"), std::string::npos);
    EXPECT_NE(problem("write:=EIO").find("is not a key"), std::string::npos);
    EXPECT_NE(problem("write:probability=0.5").find("does not say what to do"), std::string::npos);
    EXPECT_NE(problem("write:ENOSPACE").find("neither key=value"), std::string::npos);
    EXPECT_NE(problem("write:errno=EIO,errno=EIO").find("given twice"), std::string::npos);
    EXPECT_NE(problem("write:errno=[EIO").find("never closed"), std::string::npos);
    EXPECT_NE(problem("write:path=\"/tmp").find("never closed"), std::string::npos);
}

} // namespace
} // namespace faultline
