// The flat block: what the engine relies on, and what the sentences about it say.
#include "plan_support.hpp"

#include <cstring>

namespace faultline::language {
namespace {

constexpr std::string_view several = R"(
arm = "file:abc"
programs = ["a", "bcd"]
[[fault]]
name = "odd"
functions = ["write", "close"]
type = "errno"
errno = ["EIO", "ENOSPC", "EINTR"]
path = ["/var/**", "!*.log"]
on = [3, "5.."]
[[fault]]
name = "off"
functions = ["fsync", "write"]
type = "errno"
enabled = false
path = ["/else"]
[[fault]]
name = "other"
functions = ["@write"]
type = "short"
path = ["/var/**", "!*.log"]
)";

template <class T>
void expect_inside(const Valid& plan, Slice<T> slice)
{
    EXPECT_EQ(slice.offset % alignof(T), 0U);
    EXPECT_LE(slice.offset + std::uint64_t{slice.count} * sizeof(T), plan->bytes);
}

TEST(Block, LiesAlignedWithinItsBytes)
{
    const Valid plan(several);
    expect_inside(plan, plan->arm_file);
    expect_inside(plan, plan->source);
    expect_inside(plan, plan->stats_file);
    expect_inside(plan, plan->programs);
    expect_inside(plan, plan->faults);
    expect_inside(plan, plan->functions);
    expect_inside(plan, plan->function_of_row);
    expect_inside(plan, plan->descriptor_sets);
    for (const auto& fault : plan.view(plan->faults)) {
        expect_inside(plan, fault.name);
        expect_inside(plan, fault.on);
        expect_inside(plan, fault.errors);
        expect_inside(plan, fault.descriptors);
        expect_inside(plan, fault.flags);
        expect_inside(plan, fault.sites);
        expect_inside(plan, fault.program_globs);
    }
    for (const auto& function : plan.view(plan->functions))
        expect_inside(plan, function.faults);
    expect_inside(plan, plan->caller_sets);
    expect_inside(plan, plan->thread_sets);
    expect_inside(plan, plan->host_names);
    for (const auto& set : plan.view(plan->descriptor_sets)) {
        expect_inside(plan, set.paths);
        expect_inside(plan, set.peers);
    }
    EXPECT_EQ(parse(several, "/p").block.size(), parse(several, "/p").plan().bytes);
}

TEST(Block, ReadsTheSameWhereverItLies)
{
    const auto parsed = parse(several, "/p");
    alignas(Plan) static std::byte elsewhere[65536];
    ASSERT_LE(parsed.block.size(), sizeof elsewhere);
    std::memcpy(elsewhere, parsed.block.data(), parsed.block.size());
    const auto& copy = *reinterpret_cast<const Plan*>(elsewhere);
    EXPECT_EQ(copy.text(copy.arm_file), "abc");
    EXPECT_EQ(copy.text(copy.view(copy.programs)[1]), "bcd");
    EXPECT_EQ(describe(copy, copy.view(copy.faults)[0]),
              describe(parsed.plan(), parsed.plan().view(parsed.plan().faults)[0]));
}

TEST(Block, SharesEqualPathLists)
{
    const Valid plan(several);
    EXPECT_EQ(plan->descriptor_sets.count, 2U);
    EXPECT_EQ(plan.fault(0).path_set, plan.fault(2).path_set);
    EXPECT_NE(plan.fault(0).path_set, plan.fault(1).path_set);
}

TEST(Block, MapsEveryRowOfAFunctionToOneEntry)
{
    const Valid plan(with(""));
    const auto rows = plan.view(plan->function_of_row);
    ASSERT_EQ(rows.size(), calls::row_count);
    for (std::size_t row = 0; row < rows.size(); ++row)
        EXPECT_EQ(rows[row], calls::table[row].function() == "write" ? 0 : no_index) << calls::table[row].function();
}

TEST(Block, HasFunctionsInTheTablesOrderAndTheirFaultsInTheFiles)
{
    const Valid plan(several);
    std::uint16_t last = 0;
    for (const auto index : plan.view(plan->function_of_row)) {
        if (index == no_index || index <= last) continue;
        EXPECT_EQ(index, last + 1) << "entries appear in the order of the rows";
        last = index;
    }
    for (const auto& function : plan.view(plan->functions)) {
        const auto faults = plan.view(function.faults);
        if (plan.text(function.name) != "write") continue;
        ASSERT_EQ(faults.size(), 2U);
        EXPECT_EQ(faults[0], 0U);
        EXPECT_EQ(faults[1], 2U);
    }
}

TEST(Block, KeepsFaultsThatAreOffOutOfTheirFunctions)
{
    const Valid plan(several);
    EXPECT_EQ(plan->faults.count, 3U);
    EXPECT_EQ(plan.functions(1), Lines{});
    bool counted = false;
    for (const auto& function : plan.view(plan->functions))
        if (plan.text(function.name) == "fsync") counted = function.faults.count == 0;
    EXPECT_TRUE(counted) << "fsync is named by a switched off fault alone, and yet its calls are counted";
}

TEST(Block, FollowsDescriptorsWhereAPathCanOnlyBeKnownThroughThem)
{
    EXPECT_TRUE(Valid(with("path = \"/a\""))->follows_descriptors);
    EXPECT_TRUE(Valid(fault("errno", "\"fclose\"", "path = \"/a\""))->follows_descriptors) << "a stream";
    EXPECT_FALSE(Valid(fault("errno", "\"open\"", "path = \"/a\""))->follows_descriptors);
    EXPECT_FALSE(Valid(fault("errno", "\"freopen\"", "path = \"/a\""))->follows_descriptors) << "its own path counts";
    EXPECT_FALSE(Valid(with("path = \"/a\"\nenabled = false"))->follows_descriptors);
    EXPECT_FALSE(Valid(with(""))->follows_descriptors);
}

TEST(Describe, SaysWhatWillHappen)
{
    const auto said = [](std::string_view type, std::string_view more) { return Valid(with(type, more)).described(); };
    EXPECT_EQ(said("errno", ""), "x: all calls to read fail with one of the errors that can really happen to them");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\nreturns = -2"), "x: all calls to read fail with EIO, returning -2");
    const auto after = [](std::string_view how) {
        return Valid(fault("errno", "\"fsync\"", "after_failure = \"" + std::string(how) + "\"")).described();
    };
    EXPECT_EQ(after("keep"), "x: all calls to fsync fail with EIO, with the data taken for written");
    EXPECT_EQ(after("revert"),
              "x: all calls to fsync fail with EIO, with what the file held when it was last synced back");
    EXPECT_EQ(after("late"),
              "x: all calls to fsync report success without writing, and fail with EIO at the file's next sync");
    EXPECT_EQ(said("errno", "errno = [\"EIO\", \"EINTR\", \"EAGAIN\"]\nprobability = 0.25"),
              "x: 25 % of calls to read fail with EIO, EINTR or EAGAIN");
    EXPECT_EQ(said("errno", "errno = { EIO = 3, EINTR = 1 }\nmax_triggers = 10"),
              "x: all calls to read fail with EIO (75 %) or EINTR (25 %), at most 10 times");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\non = 3\nmax_triggers = 1"),
              "x: calls to read fail with EIO, at match 3, at most once");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\non = \"2,5,7..20+3,30..\"\ncount = \"thread\""),
              "x: calls to read fail with EIO, at matches 2, 5, 7 to 20 in steps of 3 and from 30 on of each thread");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\npath = [\"/a/**\", \"/b\", \"!*.log\"]"),
              "x: all calls to read on /a/** or /b but not on *.log fail with EIO");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\npath = \"!*.log\"\nsize = \"1..512\""),
              "x: all calls to read not on *.log of 1 to 512 bytes fail with EIO");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\nsize = 1"), "x: all calls to read of 1 byte fail with EIO");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\nsize = \"> 3\""),
              "x: all calls to read of 4 bytes or more fail with EIO");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\nsize = \"<= 3\""),
              "x: all calls to read of at most 3 bytes fail with EIO");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\nenabled = false"), "x: switched off (calls would fail with EIO)");
    EXPECT_EQ(said("errno", "errno = \"EIO\"\nprobability = 0.00001"), "x: 0.001 % of calls to read fail with EIO");
    EXPECT_EQ(said("delay", "delay = \"1.5s\""), "x: all calls to read wait 1500ms, then proceed");
    EXPECT_EQ(said("delay", "delay = { min = \"0s\", max = \"2m\" }"),
              "x: all calls to read wait 0s to 2m, then proceed");
    EXPECT_EQ(said("delay", "delay = { mean = \"5ms\", stddev = \"2ms\", max = \"1s\" }"),
              "x: all calls to read wait about 5ms (normal, stddev 2ms, at most 1s), then proceed");
    EXPECT_EQ(said("delay", "delay = { mean = \"5ms\", distribution = \"exponential\", min = \"1ms\" }"),
              "x: all calls to read wait 5ms on average (exponential, at least 1ms), then proceed");
    EXPECT_EQ(said("timeout", ""), "x: all calls to read wait as long as the caller allows and time out");
    EXPECT_EQ(said("timeout", "delay = \"2h\""), "x: all calls to read wait 2h, then time out");
    EXPECT_EQ(said("corruption", ""), "x: all calls to read proceed with 1 byte damaged (bitflip)");
    EXPECT_EQ(said("corruption", "rate = 0.01\nrange = \"0..15\"\nmode = \"zero\""),
              "x: all calls to read proceed with 1 % of the bytes among bytes 0 to 15 damaged (zero)");
    EXPECT_EQ(said("corruption", "bytes = 4\nrange = \"8..\"\nmode = \"truncate\""),
              "x: all calls to read proceed with 4 bytes from byte 8 on cut off (truncate)");
    EXPECT_EQ(said("corruption", "bytes = 16\ncontiguous = true"),
              "x: all calls to read proceed with 16 bytes in one run damaged (bitflip)");
    EXPECT_EQ(Valid(fault("corruption", "\"stat\"", "attributes = { size = 0, mode = \"0600\", mtime = \"-1h\" }"))
                  .described(),
              "x: all calls to stat proceed and tell mode 0600, mtime 1h earlier and size 0");
    EXPECT_EQ(said("short", ""), "x: all calls to read transfer 50 % of the bytes");
    EXPECT_EQ(said("short", "bytes = 1"), "x: all calls to read transfer at most 1 byte");
    EXPECT_EQ(said("returns", "returns = 7\ndelay = \"1us\""),
              "x: all calls to read wait 1us, then return 7 without being made");
}

TEST(Describe, NamesAtMostThreeFunctions)
{
    EXPECT_EQ(Valid(fault("errno", "[\"read\", \"write\", \"pread\"]", "errno = \"EIO\"")).described(),
              "x: all calls to read, write and pread fail with EIO");
    EXPECT_EQ(Valid(fault("errno", "[\"read\", \"write\", \"pread\", \"pwrite\"]", "errno = \"EIO\"")).described(),
              "x: all calls to read, write (and 2 more) fail with EIO");
}

} // namespace
} // namespace faultline::language
