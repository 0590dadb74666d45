// A compiled plan in a file is damaged in each of its bytes, once, and cut short at each of its lengths. The checksum finds
// each of these out; plan_valid_test has what lies behind it.
#include "language/parse.hpp"
#include "plan/block_file.hpp"
#include "plan/valid.hpp"
#include "run/run_plan.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace faultline::plan {
namespace {

constexpr std::string_view toml = R"(
[[fault]]
name = "f"
functions = ["send", "recv"]
type = "errno"
errno = "EIO"
flags = "!MSG_DONTWAIT"
path = "/a/**"
)";

/// A file with the compiled plan of the TOML above.
class BlockFile : public testing::Test {
protected:
    BlockFile() : bytes_(run::compiled(language::parse(toml, "/nowhere/plan.toml"), file_)) { write(bytes_); }
    ~BlockFile() override { ::unlink(path_.c_str()); }

    void write(std::string_view bytes) const { std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes; }
    [[nodiscard]] Fit fit(std::string_view config = "/nowhere/plan.toml") const
    {
        const auto handed = read_block(path_.c_str(), config);
        EXPECT_EQ(handed.plan != nullptr, handed.fit == Fit::fits);
        if (handed.plan != nullptr) ::munmap(handed.plan, handed.header.bytes);
        return handed.fit;
    }

    const TomlFile file_{.s = 1, .ns = 2, .bytes = toml.size()};
    const std::string path_ = testing::TempDir() + "block." + std::to_string(::getpid());
    std::string bytes_;
};

TEST_F(BlockFile, IsTakenAsItWasMade) { EXPECT_EQ(fit(), Fit::fits); }

TEST_F(BlockFile, IsNotTakenWithADamagedByte)
{
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        auto damaged = bytes_;
        damaged[i] = static_cast<char>(~damaged[i]);
        write(damaged);
        EXPECT_NE(fit(), Fit::fits) << i;
    }
}

TEST_F(BlockFile, IsNotTakenCutShort)
{
    for (std::size_t bytes = 0; bytes < bytes_.size(); ++bytes) {
        write(std::string_view(bytes_).substr(0, bytes));
        EXPECT_NE(fit(), Fit::fits) << bytes;
    }
}

TEST_F(BlockFile, IsForTheFileAndTheLibraryThatItWasMadeFor)
{
    EXPECT_EQ(fit("/nowhere/other.toml"), Fit::stale);
    BlockHeader header;
    std::memcpy(&header, bytes_.data(), sizeof header);
    header.library ^= 1;
    std::memcpy(bytes_.data(), &header, sizeof header);
    write(bytes_);
    EXPECT_EQ(fit(), Fit::foreign);
}

TEST_F(BlockFile, IsCheckedThoughItsChecksumHolds)
{
    auto parsed = language::parse(toml, "/nowhere/plan.toml");
    auto& plan = const_cast<Plan&>(parsed.plan());
    plan.function_of_row.count -= 1;
    write(run::compiled(parsed, file_));
    EXPECT_EQ(fit(), Fit::damaged);
    plan.function_of_row.count += 1;
    const_cast<Fault&>(plan.view(plan.faults)[0]).path_set = 9;
    write(run::compiled(parsed, file_));
    EXPECT_EQ(fit(), Fit::damaged);
}

TEST_F(BlockFile, IsStaleOnceTheTomlHasChanged)
{
    const auto source = testing::TempDir() + "plan." + std::to_string(::getpid());
    std::ofstream(source) << toml;
    const auto parsed = language::load(source);
    write(run::compiled(parsed, examine(source.c_str())));
    EXPECT_EQ(fit(source), Fit::fits);
    std::ofstream(source, std::ios::app) << "# more\n";
    EXPECT_EQ(fit(source), Fit::stale);
    ::unlink(source.c_str());
    EXPECT_EQ(fit(source), Fit::fits); // what cannot be seen counts as unchanged
}

} // namespace
} // namespace faultline::plan
