// Options are turned into TOML and given to the plan's parser: what counts is the fault that comes out, and what is
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
    return parse_fault_option(option, names).problem;
}

class FaultOption : public testing::Test {
protected:
    const plan::Fault& fault(std::string_view option)
    {
        const auto parsed_option = parse_fault_option(option, names_);
        EXPECT_EQ(parsed_option.problem, "");
        EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(parsed_option.toml, '\n')), parsed_option.sources.size());
        parsed_ = language::parse(parsed_option.toml, "/option");
        for (const auto& mistake : parsed_.mistakes)
            ADD_FAILURE() << mistake.at(parsed_option.toml);
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

TEST_F(FaultOption, KnowsWhichItemALineComesFrom)
{
    const auto option = parse_fault_option("write:errno=EIO,on=3", names_);
    const std::vector<std::string> sources{"", "", "write", "", "errno=EIO", "on=3"};
    EXPECT_EQ(option.sources, sources);
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
