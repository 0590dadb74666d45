// Ledgers are made by hand, written to files, damaged in every way that comes to mind, and opened: the answer is a
// record or an explanation, never a crash (run under ASan and UBSan to be sure).
#include "ledger/reader.hpp"
#include "made_ledger.hpp"
#include "own_directory.hpp"
#include "plan/valid.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::ledger {
namespace {

using nlohmann::json;
using test::MadeLedger;

class Reader : public testing::Test {
protected:
    std::string problem(MadeLedger& ledger, std::size_t length = ~std::size_t{0})
    {
        ledger.write(path_, length);
        const auto opened = open(path_);
        EXPECT_EQ(opened.problem.empty(), opened.ledger.has_value());
        return opened.problem;
    }
    /// Opens whatever the file holds, and uses what it got.
    void survive()
    {
        const auto opened = open(path_);
        if (!opened.ledger) return;
        EXPECT_TRUE(json::accept(opened.ledger->json()));
    }

    test::OwnDirectory own_;
    const std::string& directory_ = own_.path();
    std::string path_ = directory_ + "/x.live";
};

TEST_F(Reader, ReadsWhatAProcessWrote)
{
    MadeLedger ledger;
    ledger.count(1, 0, 0, 5, 2);
    ledger.event().error = EIO;
    ledger.write(path_);
    const auto opened = open(path_);
    ASSERT_TRUE(opened.ledger) << opened.problem;
    EXPECT_EQ(opened.ledger->header().pid, 4242);
    const auto document =
        json::parse(opened.ledger->json({.exit = "killed by SIGKILL", .monotonic_ns = 3'000'000'000}));
    EXPECT_EQ(document["process"]["exit"], "killed by SIGKILL");
    EXPECT_EQ(document["process"]["seconds"], 2.0);
    EXPECT_EQ(document["stats"]["calls_intercepted"], 5);
    EXPECT_EQ(document["events"].size(), 1);
    EXPECT_TRUE(is_ledger(path_));
}

TEST_F(Reader, IsNotMovedByWhatIsWrittenLater)
{
    MadeLedger ledger;
    ledger.write(path_);
    const auto opened = open(path_);
    std::filesystem::resize_file(path_, 0);
    ASSERT_TRUE(opened.ledger);
    EXPECT_TRUE(json::accept(opened.ledger->json()));
}

TEST_F(Reader, SaysWhatIsNoLedger)
{
    EXPECT_EQ(open(directory_ + "/none").problem, "No such file or directory");
    EXPECT_EQ(open(directory_).problem, "is not a regular file");
    std::ofstream(path_).close();
    EXPECT_EQ(open(path_).problem, "is empty");
    std::ofstream(path_) << "{\"faultline\": \"0.1.0\"}";
    EXPECT_EQ(open(path_).problem, "is not a ledger");
    EXPECT_FALSE(is_ledger(path_));
    ASSERT_EQ(::mkfifo((directory_ + "/fifo").c_str(), 0600), 0);
    EXPECT_EQ(open(directory_ + "/fifo").problem, "is not a regular file");
}

TEST_F(Reader, SaysThatTheLayoutIsAnother)
{
    MadeLedger ledger;
    ledger.header().version = layout_version + 1;
    EXPECT_NE(problem(ledger).find("another version of Faultline"), std::string::npos);
}

TEST_F(Reader, SaysThatAFileIsCutShortWhereverItIsCut)
{
    MadeLedger ledger;
    for (std::uint64_t i = 0; i < MadeLedger::events; ++i)
        ledger.event();
    for (std::size_t length = 12; length < ledger.size(); length += 61)
        EXPECT_NE(problem(ledger, length).find("is cut short"), std::string::npos) << length;
}

TEST_F(Reader, NeedsOnlyTheBytesThatAreInUse)
{
    MadeLedger ledger;
    ledger.event();
    EXPECT_EQ(problem(ledger, ledger.header().events_offset + sizeof(Event)), "");
    EXPECT_NE(problem(ledger, ledger.header().events_offset + sizeof(Event) - 1), "");
}

TEST_F(Reader, RefusesOffsetsAndSizesThatMakeNoSense)
{
    const auto refuses = [this](auto change) {
        MadeLedger ledger;
        change(ledger.header());
        return !problem(ledger).empty();
    };
    for (const std::uint64_t bad :
         {std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{1} << 33U, ~std::uint64_t{0} - 63}) {
        EXPECT_TRUE(refuses([bad](Header& header) { header.plan_offset = bad; })) << bad;
        EXPECT_TRUE(refuses([bad](Header& header) { header.totals_offset = bad; })) << bad;
        EXPECT_TRUE(refuses([bad](Header& header) { header.threads_offset = bad; })) << bad;
        EXPECT_TRUE(refuses([bad](Header& header) { header.events_offset = bad; })) << bad;
        EXPECT_TRUE(refuses([bad](Header& header) { header.thread_stride = bad; })) << bad;
    }
    EXPECT_TRUE(refuses([](Header& header) { header.totals_offset += 1; }));
    EXPECT_TRUE(refuses([](Header& header) { header.thread_stride -= 64; }));
    EXPECT_TRUE(refuses([](Header& header) { header.fault_count += 1; }));
    EXPECT_TRUE(refuses([](Header& header) { header.fault_count = ~0U; }));
    EXPECT_TRUE(refuses([](Header& header) { header.function_count -= 1; }));
    EXPECT_TRUE(refuses([](Header& header) { header.started_ns = -1; }));
    EXPECT_TRUE(refuses([](Header& header) { header.state = static_cast<State>(77); }));
    EXPECT_TRUE(refuses([](Header& header) {
        header.thread_limit = 1U << 19U;
        header.threads_claimed = 1U << 19U;
    }));
    EXPECT_TRUE(refuses([](Header& header) {
        header.event_limit = header.events_backed = ~std::uint64_t{0};
        header.events_claimed = ~std::uint64_t{0};
    }));
}

TEST_F(Reader, ChecksEverySliceOfThePlan)
{
    MadeLedger ledger;
    const auto& plan = ledger.header().plan();
    ASSERT_TRUE(plan::valid(plan, plan.bytes));
    EXPECT_FALSE(plan::valid(plan, plan.bytes - 1));
    EXPECT_FALSE(plan::valid(plan, 0));

    const auto refuses = [](auto change) {
        MadeLedger made;
        auto& hostile = const_cast<plan::Plan&>(made.header().plan());
        change(hostile);
        return !plan::valid(hostile, hostile.bytes);
    };
    const auto fault = [](plan::Plan& hostile) -> plan::Fault& {
        return const_cast<plan::Fault&>(hostile.view(hostile.faults)[0]);
    };
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.bytes = 3; }));
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.source.offset = ~0U; }));
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.source.count = ~0U; }));
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.faults.offset += 1; }));
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.faults.count = 1U << 31U; }));
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.functions.count += 1000; }));
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.function_of_row.count += 1U << 20U; }));
    EXPECT_TRUE(refuses([](auto& hostile) { hostile.descriptor_sets.offset = hostile.bytes - 4; }));
    EXPECT_TRUE(refuses([&](auto& hostile) { fault(hostile).name.count = ~0U; }));
    EXPECT_TRUE(refuses([&](auto& hostile) { fault(hostile).errors.offset = hostile.bytes; }));
    EXPECT_TRUE(refuses([&](auto& hostile) { fault(hostile).on.count = ~0U; }));
    EXPECT_TRUE(refuses([&](auto& hostile) { fault(hostile).path_set = 9; }));
    EXPECT_TRUE(refuses([&](auto& hostile) { fault(hostile).type = static_cast<plan::Type>(200); }));
    EXPECT_TRUE(refuses([&](auto& hostile) { fault(hostile).mode = static_cast<plan::Mode>(200); }));
    EXPECT_TRUE(refuses([&](auto& hostile) { std::memset(&fault(hostile).enabled, 7, 1); }));
    EXPECT_TRUE(refuses([](auto& hostile) {
        const_cast<std::uint16_t&>(hostile.view(hostile.view(hostile.functions)[0].faults)[0]) = 500;
    }));
}

TEST_F(Reader, OutlivesEventsAndNamesThatLie)
{
    MadeLedger ledger;
    auto& event = ledger.event();
    event.path.length = event.module.length = event.thread.length = ~0U;
    event.type = static_cast<plan::Type>(99);
    event.mode = static_cast<plan::Mode>(99);
    event.did = ~0U;
    event.delay_ns = ~0ULL;
    event.time_ns = std::numeric_limits<std::int64_t>::min();
    ledger.event(999, 0);
    ledger.event(0, 999);
    ledger.header().program.length = ~0U;
    ledger.header().lineage.length = ~0U;
    ledger.header().argc = ~0U;
    ledger.header().argv_bytes = ~0U;
    ledger.header().ended_monotonic_ns = std::numeric_limits<std::int64_t>::max();
    ledger.write(path_);
    const auto opened = open(path_);
    ASSERT_TRUE(opened.ledger) << opened.problem;
    const auto document = json::parse(opened.ledger->json());
    EXPECT_EQ(document["events"].size(), 1);
    EXPECT_EQ(document["events_dropped"], 2);
}

TEST_F(Reader, OutlivesRandomDamage)
{
    std::mt19937 random(1);
    MadeLedger ledger;
    ledger.count(1, 0, 0, 5, 2);
    ledger.event().error = EIO;
    const std::vector<std::byte> sound(ledger.bytes(), ledger.bytes() + ledger.size());
    for (int round = 0; round < 1000; ++round) {
        std::ranges::copy(sound, ledger.bytes());
        // Half of the damage where it hurts most.
        const auto end = round % 2 == 0 ? 512 : ledger.header().threads_offset;
        for (auto blows = 1 + random() % 4; blows > 0; --blows)
            ledger.bytes()[random() % end] = static_cast<std::byte>(random() % 3 == 0 ? 0xff : random());
        ledger.write(path_);
        survive();
    }
}

} // namespace
} // namespace faultline::ledger
