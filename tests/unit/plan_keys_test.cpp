// The happy path of every key: what stands in the plan arrives in the block.
#include "calls/attributes.hpp"
#include "language/keys.hpp"
#include "language/values.hpp"
#include "plan_support.hpp"

#include <cerrno>
#include <map>
#include <netdb.h>

namespace faultline::language {
namespace {

using Shape = plan::Delay::Shape;
constexpr std::uint64_t ms = 1'000'000;

TEST(PlanKeys, HaveTheDefaultsOfTheManual)
{
    const Valid plan(with(""));
    EXPECT_FALSE(plan->seed_given);
    EXPECT_EQ(plan->arm, Arm::main);
    EXPECT_EQ(plan->max_events, 100000U);
    EXPECT_EQ(plan.text(plan->stats_file), ""); // not named
    EXPECT_EQ(plan.text(plan->source), "/the/plan.toml");
    EXPECT_EQ(plan->programs.count, 0U);
    EXPECT_EQ(plan->descriptor_sets.count, 0U);
    EXPECT_FALSE(plan->follows_descriptors);

    const auto& fault = plan.fault();
    EXPECT_EQ(plan.text(fault.name), "x");
    EXPECT_TRUE(fault.enabled);
    EXPECT_FALSE(fault.has_returns);
    EXPECT_EQ(fault.path_set, no_index);
    EXPECT_FALSE(fault.selects_size());
    EXPECT_EQ(fault.on.count, 0U);
    EXPECT_EQ(fault.count, Count::process);
    EXPECT_EQ(fault.probability, unlimited);
    EXPECT_EQ(fault.max_triggers, unlimited);
    EXPECT_EQ(fault.errors.count, 0U);
    EXPECT_EQ(fault.delay.shape, Shape::none);
}

TEST(PlanKeys, SeedGoesUpTo2To63)
{
    const Valid plan("seed = 9223372036854775807\n" + with(""));
    EXPECT_TRUE(plan->seed_given);
    EXPECT_EQ(plan->seed, 9223372036854775807U);
    EXPECT_TRUE(Valid("seed = 0\n" + with(""))->seed_given);
}

TEST(PlanKeys, ArmTakesMomentsDurationsAndFiles)
{
    EXPECT_EQ(Valid("arm = \"load\"\n" + with(""))->arm, Arm::load);
    EXPECT_EQ(Valid("arm = \"main\"\n" + with(""))->arm, Arm::main);
    const Valid later("arm = \"1.5s\"\n" + with(""));
    EXPECT_EQ(later->arm, Arm::after);
    EXPECT_EQ(later->arm_after, 1500 * ms);
    const Valid file("arm = \"file:/run/go\"\n" + with(""));
    EXPECT_EQ(file->arm, Arm::file);
    EXPECT_EQ(file.text(file->arm_file), "/run/go");
}

TEST(PlanKeys, ProgramsIsAGlobOrSeveral)
{
    const Valid plan("programs = [\"redis-*\", \"tar\"]\n" + with(""));
    const auto programs = plan.view(plan->programs);
    ASSERT_EQ(programs.size(), 2U);
    EXPECT_EQ(plan.text(programs[0]), "redis-*");
    EXPECT_EQ(plan.text(programs[1]), "tar");
    EXPECT_EQ(Valid("programs = \"tar\"\n" + with(""))->programs.count, 1U);
}

TEST(PlanKeys, StatsHasFileAndEvents)
{
    const Valid plan("stats = { file = \"/tmp/%e-%t.json\", events = 0 }\n" + with(""));
    EXPECT_EQ(plan.text(plan->stats_file), "/tmp/%e-%t.json");
    EXPECT_EQ(plan->max_events, 0U);
    EXPECT_EQ(Valid(with("") + "[stats]\nevents = 10000000\n")->max_events, 10'000'000U);
}

/// The keys that a type cannot do without.
std::string needs_of(std::string_view type)
{
    if (type == "returns") return "returns = 1";
    if (type == "signal") return "signal = \"SIGUSR1\"";
    if (type == "throttle") return "rate = \"1KiB/s\"";
    if (type == "clock") return "offset = \"1h\"";
    if (type == "hold") return "file = \"/tmp/go\"";
    return "";
}

/// A function that a fault of the type may strike.
std::string_view taker_of(std::string_view type)
{
    if (type == "clock") return "\"time\"";
    if (type == "move") return "\"realloc\"";
    if (type == "wake") return "\"pthread_cond_wait\"";
    if (type == "shuffle") return "\"readdir\"";
    return type == "drop" || type == "reset" ? "\"write\"" : "\"read\"";
}

TEST(FaultKeys, TypeIsOneOfTheTable)
{
    for (std::size_t i = 0; i < type_names.size(); ++i) {
        const auto type = type_names[i];
        const auto more = type == "delay" ? std::string("delay = \"1s\"") : needs_of(type);
        EXPECT_EQ(Valid(fault(type, taker_of(type), more)).fault().type, static_cast<plan::Type>(i)) << type;
    }
}

/// "CODE/WEIGHT" for each error, weights cumulated.
Lines errors_of(std::string_view value, std::string_view functions = "\"write\"")
{
    const Valid plan(fault("errno", functions, "errno = " + std::string(value)));
    Lines errors;
    for (const auto& error : plan.view(plan.fault().errors))
        errors.push_back(std::to_string(error.code) + "/" + std::to_string(error.weight_to_here));
    return errors;
}

TEST(FaultKeys, ErrnoIsASymbolAListOrWeights)
{
    EXPECT_EQ(errors_of("\"EIO\""), (Lines{"5/1"}));
    EXPECT_EQ(errors_of("[\"ENOSPC\", \"EIO\"]"), (Lines{"28/1", "5/2"}));
    EXPECT_EQ(errors_of("{ ENOSPC = 3, EIO = 1 }"), (Lines{"28/3", "5/4"})) << "in the order of the file";
    EXPECT_EQ(errors_of("\"EWOULDBLOCK\""), (Lines{"11/1"}));
    EXPECT_EQ(errors_of("\"EAI_AGAIN\"", "\"getaddrinfo\""), (Lines{std::to_string(EAI_AGAIN) + "/1"}));
}

TEST(FaultKeys, ReturnsIsAnyInteger)
{
    const Valid plan(with("returns", "returns = -9223372036854775808"));
    EXPECT_TRUE(plan.fault().has_returns);
    EXPECT_EQ(plan.fault().returns, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(Valid(with("returns = 0x10")).fault().returns, 16) << "of an errno fault";
}

TEST(FaultKeys, ProbabilityIsAThreshold)
{
    EXPECT_EQ(Valid(with("probability = 0.25")).fault().probability, std::uint64_t{1} << 62U);
    EXPECT_EQ(Valid(with("probability = 1.0")).fault().probability, unlimited);
    EXPECT_EQ(Valid(with("probability = 1")).fault().probability, unlimited);
    EXPECT_EQ(Valid(with("probability = 0")).fault().probability, 0U);
}

TEST(FaultKeys, OnTakesTextIntegersAndArrays)
{
    for (const std::string_view value : {"\"3,7..9+2\"", "[3, \"7..9+2\"]", "[\"3\", \"7..9+2\"]"}) {
        const Valid plan(with("on = " + std::string(value)));
        const auto on = plan.view(plan.fault().on);
        ASSERT_EQ(on.size(), 2U) << value;
        EXPECT_EQ(on[0].first, 3U);
        EXPECT_EQ(on[0].last, 3U);
        EXPECT_EQ(on[1].first, 7U);
        EXPECT_EQ(on[1].last, 9U);
        EXPECT_EQ(on[1].step, 2U);
    }
    EXPECT_EQ(Valid(with("on = 3")).fault().on.count, 1U);
}

TEST(FaultKeys, CountTriggersAndEnabledArrive)
{
    const Valid plan(with("count = \"thread\"\nmax_triggers = 10\nenabled = false"));
    EXPECT_EQ(plan.fault().count, Count::thread);
    EXPECT_EQ(plan.fault().max_triggers, 10U);
    EXPECT_FALSE(plan.fault().enabled);
    EXPECT_EQ(Valid(with("count = \"process\"")).fault().count, Count::process);
}

TEST(FaultKeys, PathIsAGlobOrSeveralWithNegation)
{
    const Valid plan(with(R"(path = ["/var/**", "!**.log"])"));
    const auto globs = plan.view(plan.view(plan->descriptor_sets)[plan.fault().path_set].paths);
    ASSERT_EQ(globs.size(), 2U);
    EXPECT_EQ(plan.text(globs[0].pattern), "/var/**");
    EXPECT_EQ(globs[0].negated, 0U);
    EXPECT_EQ(plan.text(globs[1].pattern), "**.log");
    EXPECT_EQ(globs[1].negated, 1U);
    EXPECT_EQ(Valid(with("path = \"/a\"")).fault().path_set, 0U);
}

TEST(FaultKeys, SizeIsAConditionOrANumber)
{
    EXPECT_EQ(Valid(with("size = \">= 4KiB\"")).fault().size_least, 4096U);
    EXPECT_EQ(Valid(with("size = \"< 3\"")).fault().size_most, 2U);
    const Valid exactly(with("size = 512"));
    EXPECT_EQ(exactly.fault().size_least, 512U);
    EXPECT_EQ(exactly.fault().size_most, 512U);
}

plan::Delay delay_of(std::string_view value)
{
    return Valid(with("delay", "delay = " + std::string(value))).fault().delay;
}

TEST(FaultKeys, DelayIsFixedOrDrawn)
{
    const auto fixed = delay_of("\"10ms\"");
    EXPECT_EQ(fixed.shape, Shape::fixed);
    EXPECT_EQ(fixed.low, 10 * ms);

    const auto uniform = delay_of("{ min = \"1ms\", max = \"20ms\" }");
    EXPECT_EQ(uniform.shape, Shape::uniform);
    EXPECT_EQ(uniform.low, 1 * ms);
    EXPECT_EQ(uniform.high, 20 * ms);

    const auto normal = delay_of("{ mean = \"5ms\", stddev = \"2ms\" }");
    EXPECT_EQ(normal.shape, Shape::normal);
    EXPECT_EQ(normal.mean, 5 * ms);
    EXPECT_EQ(normal.stddev, 2 * ms);
    EXPECT_EQ(normal.low, 0U);
    EXPECT_EQ(normal.high, unlimited);

    const auto capped = delay_of("{ mean = \"5ms\", max = \"1s\", min = \"1ms\", distribution = \"exponential\" }");
    EXPECT_EQ(capped.shape, Shape::exponential);
    EXPECT_EQ(capped.low, 1 * ms);
    EXPECT_EQ(capped.high, 1000 * ms);

    EXPECT_EQ(delay_of("{ mean = \"5ms\", stddev = \"2ms\", distribution = \"pareto\" }").shape, Shape::pareto);
}

TEST(FaultKeys, UniformDelayByItsMomentsSpreadsByTheRootOfThree)
{
    const auto delay = delay_of("{ mean = \"5ms\", stddev = \"2ms\", distribution = \"uniform\" }");
    EXPECT_EQ(delay.shape, Shape::uniform);
    EXPECT_EQ(delay.low, 1'535'898U);
    EXPECT_EQ(delay.high, 8'464'102U);
    EXPECT_EQ(delay_of("{ mean = \"1ms\", stddev = \"2ms\", distribution = \"uniform\" }").low, 0U);
}

TEST(FaultKeys, DelayGoesWithEveryType)
{
    for (const auto type : type_names) {
        const auto more = "delay = \"1s\"\n" + needs_of(type);
        EXPECT_EQ(Valid(fault(type, taker_of(type), more)).fault().delay.low, 1000 * ms) << type;
    }
}

TEST(FaultKeys, CorruptionHasModeAmountAndRange)
{
    for (std::size_t i = 0; i < mode_names.size(); ++i)
        EXPECT_EQ(Valid(with("corruption", "mode = \"" + std::string(mode_names[i]) + "\"")).fault().mode,
                  static_cast<Mode>(i));
    EXPECT_EQ(Valid(with("corruption", "rate = 0.5")).fault().amount.share, std::uint64_t{1} << 63U);
    EXPECT_EQ(Valid(with("corruption", "rate = 0.5")).fault().amount.bytes, 0U);
    EXPECT_EQ(Valid(with("corruption", "bytes = 3")).fault().amount.bytes, 3U);
    EXPECT_EQ(Valid(with("corruption", "bytes = \"1KiB\"")).fault().amount.bytes, 1024U);
    EXPECT_EQ(Valid(with("corruption", "")).fault().amount.bytes, 1U) << "the default";
    EXPECT_EQ(Valid(with("corruption", "")).fault().amount.share, 0U);
    const Valid ranged(with("corruption", "range = \"4..15\""));
    EXPECT_EQ(ranged.fault().range_first, 4U);
    EXPECT_EQ(ranged.fault().range_last, 15U);
    EXPECT_EQ(Valid(with("corruption", "range = \"4..\"")).fault().range_last, unlimited);
    EXPECT_FALSE(Valid(with("corruption", "bytes = 3")).fault().contiguous);
    EXPECT_TRUE(Valid(with("corruption", "bytes = 3\ncontiguous = true")).fault().contiguous);
}

TEST(FaultKeys, AttributesAreNumbersModesAndTimes)
{
    const Valid plan(fault("corruption", "[\"stat\", \"statx\"]",
                           "attributes = { size = 5, mode = \"0644\", mtime = \"-1h\", atime = 12 }"));
    std::map<std::string_view, std::pair<std::int64_t, int>> values;
    for (const auto& value : plan.view(plan.fault().attributes))
        values[calls::attributes[value.row].name] = {value.number, value.relative};
    EXPECT_EQ(values.size(), 4U);
    EXPECT_EQ(values["size"], std::pair(std::int64_t{5}, 0));
    EXPECT_EQ(values["mode"], std::pair(std::int64_t{0644}, 0));
    EXPECT_EQ(values["mtime"], std::pair(std::int64_t{-3'600'000'000'000}, 1));
    EXPECT_EQ(values["atime"], std::pair(std::int64_t{12}, 0));
}

TEST(FaultKeys, ShortHasFractionOrBytesAndElseHalf)
{
    EXPECT_EQ(Valid(with("short", "fraction = 0.25")).fault().amount.share, std::uint64_t{1} << 62U);
    EXPECT_EQ(Valid(with("short", "fraction = 1.0")).fault().amount.share, unlimited);
    EXPECT_EQ(Valid(with("short", "bytes = 7")).fault().amount.bytes, 7U);
    EXPECT_EQ(Valid(with("short", "bytes = 7")).fault().amount.share, 0U);
    EXPECT_EQ(Valid(with("short", "")).fault().amount.share, std::uint64_t{1} << 63U);
}

TEST(PlanSyntax, TakesBomCrLfAndInlineFaults)
{
    const Valid marked("\xef\xbb\xbf" + with(""));
    const Valid ended("[[fault]]\r\nname = \"x\"\r\ntype = \"errno\"\r\nfunctions = \"read\"\r\n");
    const Valid within("fault = [{ name = \"x\", type = \"errno\", functions = [\"read\"] }]");
}

TEST(KnownKeys, HaveHelpAndAreThoseThatTheReaderTakes)
{
    const auto keys = known_keys();
    EXPECT_GE(keys.size(), 25U);
    for (const auto& key : keys) {
        EXPECT_FALSE(key.help.empty()) << key.name;
        EXPECT_EQ(key.help.find('\n'), std::string_view::npos) << key.name;
        const auto line = std::string(key.name) + " = 1979-05-27\n";
        const auto text = key.section == "fault"   ? "[[fault]]\n" + line
                          : key.section == "stats" ? "[stats]\n" + line
                                                   : line;
        for (const auto& mistake : mistakes(text))
            EXPECT_EQ(mistake.find("unknown"), std::string::npos) << mistake;
    }
}

} // namespace
} // namespace faultline::language
