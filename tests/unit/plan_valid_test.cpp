// A block that came from a file is damaged in each of its bytes, once: it is found out, or whatever reads it gets along. The
// sanitizer build sees the rest: a bool that is none, a number that a sum cannot hold.
#include "language/parse.hpp"
#include "plan/valid.hpp"
#include "plan_support.hpp"

#include <cstring>

namespace faultline::language {
namespace {

/// Every kind of thing that a block can hold.
constexpr std::string_view all_of_it = R"(
seed = 7
arm = "file:/tmp/go"
programs = ["a*", "b"]
[[fault]]
name = "selects"
functions = ["recv", "send"]
type = "errno"
errno = { EINTR = 3, ECONNRESET = 1 }
fd = [3, 4]
fd_kind = "socket"
peer = ["10.0.0.0/8:5432", "*.example.com", "!unix:/run/*"]
size = ">= 4096"
flags = "!MSG_DONTWAIT"
caller = ["libpq*", "!app!main"]
site = "9f0c5ad1"
thread = "w*"
program = "!c"
on = ["2,5", "7..20+3"]
count = "fd"
[[fault]]
name = "damages"
functions = "read"
type = "corruption"
path = ["/a/**", "!**.log"]
range = "1..5"
delay = { mean = "5ms", stddev = "1ms" }
burst = { enter = 0.1, leave = 0.5 }
sticky = "fault"
contiguous = true
[[fault]]
name = "lies"
functions = "stat"
type = "corruption"
attributes = { mtime = "-1h", size = 0 }
[[fault]]
name = "held"
functions = "fsync"
type = "hold"
file = "/tmp/go"
lineage = "0.*"
[[fault]]
name = "tells"
functions = "clock_gettime"
type = "clock"
offset = "-1h"
)";

/// A block at an address that suits it.
struct Copy {
    explicit Copy(const std::vector<std::byte>& block) : words((block.size() + 15) / 16 * 2), bytes(block.size())
    {
        std::memcpy(words.data(), block.data(), block.size());
    }
    std::byte& at(std::size_t i) { return reinterpret_cast<std::byte*>(words.data())[i]; }
    [[nodiscard]] const Plan& plan() const { return *reinterpret_cast<const Plan*>(words.data()); }
    [[nodiscard]] bool valid() const { return plan::valid(plan(), bytes); }

    std::vector<std::uint64_t> words;
    std::size_t bytes;
};

std::vector<std::byte> block()
{
    auto parsed = parse(all_of_it, "/plan.toml");
    for (const auto& mistake : parsed.mistakes)
        ADD_FAILURE() << mistake.at("plan");
    return std::move(parsed.block);
}

TEST(ValidPlan, IsWhatTheBuilderMakes) { EXPECT_TRUE(Copy(block()).valid()); }

TEST(ValidPlan, IsNotCutShort)
{
    const Copy copy(block());
    for (std::size_t bytes = 0; bytes < copy.bytes; ++bytes)
        EXPECT_FALSE(plan::valid(copy.plan(), bytes)) << bytes;
}

TEST(ValidPlan, CanBeReadWhateverByteIsDamaged)
{
    const auto whole = block();
    std::size_t refused = 0;
    for (const unsigned flip : {0xffU, 0x02U}) {
        for (std::size_t i = 0; i < whole.size(); ++i) {
            Copy copy(whole);
            copy.at(i) ^= std::byte{static_cast<unsigned char>(flip)};
            if (!copy.valid()) {
                ++refused;
                continue;
            }
            for (const auto& fault : copy.plan().view(copy.plan().faults))
                EXPECT_FALSE(describe(copy.plan(), fault).empty());
        }
    }
    EXPECT_GT(refused, sizeof(Plan)); // it does look
}

template <class T>
void refuses(T Fault::*member, T value)
{
    Copy copy(block());
    const auto faults = copy.plan().view(copy.plan().faults);
    auto& fault = const_cast<Fault&>(faults[0]);
    std::memcpy(static_cast<void*>(&(fault.*member)), &value, sizeof value);
    EXPECT_FALSE(copy.valid());
}

TEST(ValidPlan, HasBoolsThatAreBools)
{
    for (const auto flag : {&Fault::enabled, &Fault::has_returns, &Fault::throws, &Fault::selective, &Fault::plain,
                            &Fault::interrupt, &Fault::elsewhere, &Fault::contiguous}) {
        Copy copy(block());
        auto& fault = const_cast<Fault&>(copy.plan().view(copy.plan().faults)[0]);
        std::memset(static_cast<void*>(&(fault.*flag)), 2, 1);
        EXPECT_FALSE(copy.valid());
    }
}

TEST(ValidPlan, HasEnumsThatAreEnumerated)
{
    refuses(&Fault::type, static_cast<plan::Type>(type_names.size()));
    refuses(&Fault::mode, static_cast<Mode>(mode_names.size()));
    refuses(&Fault::count, static_cast<Count>(count_names.size()));
    refuses(&Fault::sticky, static_cast<Sticky>(sticky_names.size()));
    refuses(&Fault::moment, static_cast<Moment>(moment_names.size()));
    refuses(&Fault::selectors, std::uint32_t{1} << selector_names.size());
}

TEST(ValidPlan, HasIndexesAndSlicesThatLieWithinIt)
{
    refuses(&Fault::path_set, std::uint16_t{100});
    refuses(&Fault::thread_set, std::uint16_t{100});
    refuses(&Fault::peer_set, no_index); // it has the selector
    refuses(&Fault::program_globs, Slice<Glob>{0xfffffff0U, 1});
    refuses(&Fault::program_globs, Slice<Glob>{2, 1});
    refuses(&Fault::name, Text{8, 0xffffffffU});
}

TEST(ValidPlan, TestsOnlyFlagsThatItsFunctionsTake)
{
    Copy copy(block());
    auto& test = const_cast<FlagTest&>(copy.plan().view(copy.plan().view(copy.plan().faults)[0].flags)[0]);
    for (const auto kind : {calls::Flags::Kind::none, calls::Flags::Kind::open, calls::Flags::Kind::protection}) {
        test.kind = kind;
        EXPECT_FALSE(copy.valid());
    }
    test.kind = calls::Flags::Kind::message;
    EXPECT_TRUE(copy.valid());
}

TEST(ValidPlan, EndsTheTextsThatTheSystemReads)
{
    Copy copy(block());
    auto& plan = const_cast<Plan&>(copy.plan());
    ++plan.arm_file.count; // now its last character is the NUL, and what follows is another text
    EXPECT_FALSE(copy.valid());
    --plan.arm_file.count;
    --const_cast<Fault&>(plan.view(plan.faults)[3]).file.count;
    EXPECT_FALSE(copy.valid());
}

TEST(ValidPlan, HasNoMoreThanTheEngineHasBitsFor)
{
    auto bytes = block();
    bytes.resize((bytes.size() + 7) / 8 * 8);
    const auto at = static_cast<std::uint32_t>(bytes.size());
    bytes.resize(at + (most_thread_sets + 1) * sizeof(Slice<Glob>)); // each of them empty
    for (const auto& [count, fits] : {std::pair{most_thread_sets, true}, {most_thread_sets + 1, false}}) {
        Copy copy(bytes);
        auto& plan = const_cast<Plan&>(copy.plan());
        plan.bytes = static_cast<std::uint32_t>(bytes.size());
        plan.thread_sets = {at, static_cast<std::uint32_t>(count)};
        EXPECT_EQ(copy.valid(), fits);
    }
}

} // namespace
} // namespace faultline::language
