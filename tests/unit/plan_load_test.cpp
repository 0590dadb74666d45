// Plans come from files: what is wrong with the file is said as well.
#include "own_directory.hpp"
#include "plan_support.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::language {
namespace {

class Load : public testing::Test {
protected:
    [[nodiscard]] std::string path(std::string_view name) const { return directory_ + "/" + std::string(name); }
    [[nodiscard]] std::string written(std::string_view text) const
    {
        std::ofstream(path("plan.toml"), std::ios::binary) << text;
        return path("plan.toml");
    }
    static Lines said(const std::string& path) { return as_lines(load(path).mistakes); }

    test::OwnDirectory own_;
    const std::string& directory_ = own_.path();
};

TEST_F(Load, ReadsAPlanAndRecordsItsAbsolutePath)
{
    const auto file = written(with(""));
    const auto parsed = load(file);
    ASSERT_TRUE(parsed.mistakes.empty());
    EXPECT_EQ(parsed.plan().text(parsed.plan().source), file);

    const auto relative = load("./" + std::filesystem::relative(file).string());
    ASSERT_TRUE(relative.mistakes.empty());
    EXPECT_EQ(relative.plan().text(relative.plan().source),
              std::filesystem::current_path().string() + "/" + std::filesystem::relative(file).string());
}

TEST_F(Load, SaysWhatIsWrongWithTheFile)
{
    EXPECT_EQ(said(""), (Lines{"p: the path of the plan is empty"}));
    EXPECT_EQ(said(path("none")), (Lines{"p: there is no such file (check the path of the plan)"}));
    EXPECT_EQ(said(written("x") + "/y"),
              (Lines{"p: there is no such file, for a part of the path is no directory (check "
                     "the path of the plan)"}));
    EXPECT_EQ(said(directory_), (Lines{"p: this is a directory (name the plan in it)"}));
    EXPECT_EQ(said("/dev/null"), (Lines{"p: this is not a regular file (put the plan into one)"}));
    EXPECT_EQ(said(written("")), (Lines{"p: the plan is empty (it needs at least one [[fault]])"}));
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    EXPECT_EQ(said(path("fifo")), (Lines{"p: this is not a regular file (put the plan into one)"}))
        << "without waiting";
    std::filesystem::create_symlink("loop", path("loop"));
    EXPECT_EQ(said(path("loop")), (Lines{"p: the plan cannot be opened (ELOOP)"}));
}

TEST_F(Load, SaysThatAFileMayNotBeRead)
{
    const auto file = written(with(""));
    ::chmod(file.c_str(), 0);
    constexpr uid_t nobody = 65534;
    const bool root = ::geteuid() == 0; // root may read everything
    ASSERT_TRUE(!root || ::seteuid(nobody) == 0);
    const auto lines = said(file);
    ASSERT_TRUE(!root || ::seteuid(0) == 0);
    EXPECT_EQ(lines, (Lines{"p: the plan may not be read (give read permission on it and its directories)"}));
}

TEST_F(Load, TakesOneMebibyteAndNoMore)
{
    const auto plan = with("") + "#";
    const auto padded = [&](std::size_t bytes) { return plan + std::string(bytes - plan.size(), ' '); };
    EXPECT_EQ(said(written(padded(1U << 20U))), Lines{});
    EXPECT_EQ(said(written(padded((1U << 20U) + 1))),
              (Lines{"p: the plan is 1048577 bytes; at most 1 MiB, 1048576 bytes"}));
    EXPECT_EQ(said(written(padded(21U << 19U))), (Lines{"p: the plan is 10.5 MiB; at most 1 MiB"}));
}

} // namespace
} // namespace faultline::language
