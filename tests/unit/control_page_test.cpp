// A control file's plans, as a process takes them over: what was checked is what is used, and nothing else is believed.
#include "language/toml.hpp"
#include "language/toml_text.hpp"
#include "own_directory.hpp"
#include "run/control_file.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace faultline {
namespace {

constexpr auto session = R"(
[[fault]]
name = "a"
functions = ["write"]
type = "errno"
errno = "EIO"
)";

/// A directory with a control file in it.
class ControlPage : public testing::Test {
protected:
    void SetUp() override
    {
        first = run::parse_first(session, "plan.toml");
        write(run::fresh_control(first));
    }

    [[nodiscard]] std::string path() const { return directory + "/control"; }
    void write(const std::string& content) const { std::ofstream(path(), std::ios::binary) << content; }
    [[nodiscard]] plan::Fit fit() const { return plan::join_control(path().c_str()).fit; }

    test::OwnDirectory own;
    const std::string& directory = own.path();
    language::Parsed first;
};

TEST_F(ControlPage, HasRoomForMoreFaultsThanItBeginsWith)
{
    EXPECT_EQ(first.plan().faults.count, 1 + run::spare_faults);
    EXPECT_EQ(first.plan().bytes, first.block.size());
    EXPECT_EQ(fit(), plan::Fit::fits);
}

TEST_F(ControlPage, GivesThePlanThatWasPublished)
{
    std::string problem;
    const auto file = run::ControlFile::open(directory, problem);
    ASSERT_NE(file, nullptr) << problem;
    const auto next = language::parse_into(file->room(), std::string(session) + "on = \"7\"\n", "plan.toml");
    ASSERT_TRUE(next.mistakes.empty());
    EXPECT_EQ(file->publish(next, "set a on=7"), 1U);
    std::vector<std::byte> room(first.block.size());
    ASSERT_TRUE(plan::copy_plan(file->page(), first.plan(), room.data()));
    EXPECT_EQ(std::memcmp(room.data(), next.block.data(), room.size()), 0);
    const auto& change = file->page().changes[1];
    EXPECT_EQ(std::string_view(change.text, change.length), "set a on=7");
}

TEST_F(ControlPage, TakesNoPlanThatIsDamagedOrOfAnotherShape)
{
    std::string problem;
    const auto file = run::ControlFile::open(directory, problem);
    ASSERT_NE(file, nullptr) << problem;
    std::vector<std::byte> room(first.block.size());
    ASSERT_TRUE(plan::copy_plan(file->page(), first.plan(), room.data()));
    EXPECT_FALSE(plan::copy_plan(file->page(), language::parse(session, "").plan(), room.data()));
    auto* const bytes = reinterpret_cast<char*>(const_cast<plan::BlockHeader*>(&plan::control_area(file->page(), 0)));
    for (const std::size_t at : {std::size_t{0}, std::size_t{8}, sizeof(plan::BlockHeader) + 40, first.block.size()}) {
        bytes[at] ^= 1;
        EXPECT_FALSE(plan::copy_plan(file->page(), first.plan(), room.data())) << at;
        bytes[at] ^= 1;
    }
    EXPECT_TRUE(plan::copy_plan(file->page(), first.plan(), room.data()));
}

TEST_F(ControlPage, IsRefusedWhereItIsCutShortOrForeign)
{
    const auto whole = run::fresh_control(first);
    write(whole.substr(0, whole.size() - 1));
    EXPECT_EQ(fit(), plan::Fit::damaged);
    write("");
    EXPECT_EQ(fit(), plan::Fit::damaged);
    auto foreign = whole;
    foreign[8] ^= 1;
    write(foreign);
    EXPECT_EQ(fit(), plan::Fit::foreign);
    std::filesystem::remove(path());
    EXPECT_EQ(fit(), plan::Fit::no_block);
    auto wrong = whole;
    wrong[plan::control_page_bytes + sizeof(plan::BlockHeader) + 40] ^= 1;
    write(wrong);
    std::string problem;
    EXPECT_EQ(run::ControlFile::open(directory, problem), nullptr);
    EXPECT_NE(problem.find("damaged"), std::string::npos);
}

TEST_F(ControlPage, SaysWhatHasNoRoom)
{
    std::string many;
    for (std::uint32_t i = 0; i <= run::spare_faults + 1; ++i)
        many += "[[fault]]\nname = \"" + std::to_string(i) + "\"\nfunctions = [\"write\"]\ntype = \"errno\"\n";
    const language::Room room{.faults = first.plan().faults.count, .bytes = first.plan().bytes};
    const auto parsed = language::parse_into(room, many, "");
    ASSERT_EQ(parsed.mistakes.size(), 1U);
    EXPECT_EQ(parsed.mistakes[0].text, "there is room for 65 faults in this run, those included that were removed");
    EXPECT_TRUE(parsed.block.empty());
}

TEST(TomlText, ReadsAsTheSameValues)
{
    const auto* const text = R"(seed = 3
[[fault]]
name = "quo\"te \\ tab\t"
probability = 0.5
whole = 2.0
list = ["a", 1, true, {b = -1, "c d" = []}]
)";
    const auto once = language::read_toml(text);
    ASSERT_FALSE(once.mistake);
    const auto written = language::write_toml(once.root);
    const auto again = language::read_toml(written);
    ASSERT_FALSE(again.mistake) << written;
    EXPECT_EQ(language::write_toml(again.root), written);
    EXPECT_NE(written.find("2.0"), std::string::npos);
    EXPECT_EQ(again.root.find("fault")->items[0].find("name")->text, "quo\"te \\ tab\t");
}

} // namespace
} // namespace faultline
