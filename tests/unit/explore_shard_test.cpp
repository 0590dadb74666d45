// Which shard a process is, by what was typed and by what engines put into the environment.
#include "explore/shard.hpp"

#include <gtest/gtest.h>
#include <map>
#include <string>

namespace faultline::explore {

namespace {

std::map<std::string, std::string> environment;

const char* variable(const char* name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
}

/// "2/3", or what is wrong.
std::string read(const std::string& text, std::map<std::string, std::string> variables = {})
{
    environment = std::move(variables);
    Shard shard;
    const auto problem = read_shard(text, variable, shard);
    return problem.empty() ? std::to_string(shard.number) + "/" + std::to_string(shard.of) : problem;
}

TEST(ExploreShard, IsWhatWasTyped)
{
    EXPECT_EQ(read("3/16"), "3/16");
    for (const auto* const wrong : {"", "3", "0/3", "4/3", "1/0", "1/2x", "x/2", "1/", "/2", "-1/2"})
        EXPECT_EQ(read(wrong), std::string("--shard is '") + wrong + "'; write 3/16 for the third of sixteen, or auto");
}

TEST(ExploreShard, IsWhatTheEngineSays)
{
    EXPECT_EQ(read("auto", {{"TEST_TOTAL_SHARDS", "4"}, {"TEST_SHARD_INDEX", "0"}}), "1/4");
    EXPECT_EQ(read("auto", {{"GTEST_TOTAL_SHARDS", "4"}, {"GTEST_SHARD_INDEX", "3"}}), "4/4");
    EXPECT_EQ(read("auto", {{"CI_NODE_TOTAL", "4"}, {"CI_NODE_INDEX", "4"}}), "4/4");
    EXPECT_EQ(read("auto", {{"JOB_COMPLETION_INDEX", "2"}, {"FAULTLINE_SHARDS", "5"}}), "3/5");
    EXPECT_EQ(read("auto", {{"SLURM_ARRAY_TASK_COUNT", "3"}, {"SLURM_ARRAY_TASK_ID", "2"}}), "3/3");
    // Arrays of Slurm may begin with any number.
    EXPECT_EQ(
        read("auto", {{"SLURM_ARRAY_TASK_COUNT", "3"}, {"SLURM_ARRAY_TASK_ID", "7"}, {"SLURM_ARRAY_TASK_MIN", "5"}}),
        "3/3");
}

TEST(ExploreShard, IsAskedForWhereTheEnvironmentSaysNothingOrNonsense)
{
    const auto says = [](const std::string& message, const std::string& text) {
        return message.find(text) != std::string::npos;
    };
    const auto nothing = read("auto", {{"CI_NODE_TOTAL", "1"}}); // as GitLab sets it for jobs that are not parallel
    EXPECT_TRUE(says(nothing, "nothing in the environment")) << nothing;
    EXPECT_TRUE(says(nothing, "CI_NODE_INDEX and CI_NODE_TOTAL (GitLab)")) << nothing;
    const auto half = read("auto", {{"JOB_COMPLETION_INDEX", "2"}});
    EXPECT_TRUE(says(half, "JOB_COMPLETION_INDEX is set and FAULTLINE_SHARDS is not")) << half;
    EXPECT_TRUE(says(half, "set it beside `completions`")) << half;
    for (const auto& index : {"0", "5", "x", "", "-1"}) {
        const auto wrong = read("auto", {{"CI_NODE_TOTAL", "4"}, {"CI_NODE_INDEX", index}});
        EXPECT_TRUE(says(wrong, "no part of a whole as GitLab has it")) << wrong;
    }
    // A part of an array alone, as in a second submission, does not tell how many there are in all.
    EXPECT_TRUE(says(
        read("auto", {{"SLURM_ARRAY_TASK_COUNT", "2"}, {"SLURM_ARRAY_TASK_ID", "9"}, {"SLURM_ARRAY_TASK_MIN", "3"}}),
        "no part of a whole"));
}

} // namespace

} // namespace faultline::explore
