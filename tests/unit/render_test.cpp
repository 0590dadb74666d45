// Ledgers are filled by hand, rendered, and read back with a JSON parser that is not ours: what counts is what a user's
// tool will see.
#include "ledger/render.hpp"
#include "made_ledger.hpp"

#include <cerrno>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace faultline::ledger {
namespace {

using Json = nlohmann::ordered_json;
using test::MadeLedger;

std::string text_of(MadeLedger& ledger, const Ending& ending = {}, std::size_t buffer_bytes = 64)
{
    std::string text;
    std::vector<char> buffer(buffer_bytes);
    const auto append = [](void* context, const char* bytes, std::size_t n) {
        static_cast<std::string*>(context)->append(bytes, n);
        return true;
    };
    EXPECT_TRUE(render(ledger.header(), {append, &text}, buffer, ending));
    return text;
}

Json render_of(MadeLedger& ledger, const Ending& ending = {}) { return Json::parse(text_of(ledger, ending)); }

std::vector<std::string> keys_of(const Json& object)
{
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.push_back(key);
    return keys;
}

std::size_t position(MadeLedger& ledger, std::string_view function)
{
    const auto& plan = ledger.header().plan();
    for (std::size_t i = 0; i < plan.functions.count; ++i)
        if (plan.text(plan.view(plan.functions)[i].name) == function) return i;
    ADD_FAILURE() << "no function " << function;
    return 0;
}

TEST(Render, HasTheKeysOfTheSpecificationInItsOrder)
{
    MadeLedger ledger;
    const auto document = render_of(ledger);
    EXPECT_EQ(keys_of(document), (std::vector<std::string>{"faultline", "process", "plan", "seed", "stats", "functions",
                                                           "faults", "events", "events_dropped", "warnings"}));
    EXPECT_EQ(keys_of(document["process"]),
              (std::vector<std::string>{"program", "pid", "ppid", "argv", "lineage", "exit", "started", "seconds"}));
    EXPECT_EQ(keys_of(document["stats"]),
              (std::vector<std::string>{"calls_intercepted", "faults_triggered", "faults_skipped", "trigger_rate"}));
}

TEST(Render, DescribesTheProcess)
{
    MadeLedger ledger;
    ledger.header().state = State::finished;
    ledger.header().exit_status = 2;
    ledger.header().ended_monotonic_ns = 1'810'000'000;
    const auto process = render_of(ledger)["process"];
    EXPECT_EQ(process["program"], "tar");
    EXPECT_EQ(process["pid"], 4242);
    EXPECT_EQ(process["argv"], Json({"tar", "cf"}));
    EXPECT_EQ(process["lineage"], "0.1");
    EXPECT_EQ(process["exit"], "exited 2");
    EXPECT_EQ(process["started"], "2026-11-22T06:00:00.123456Z");
    EXPECT_EQ(process["seconds"], 0.81);
}

TEST(Render, WritesDatesOfLeapYearsAndOfTheEpoch)
{
    MadeLedger ledger;
    const auto started = [&](std::int64_t seconds) {
        ledger.header().started_s = seconds;
        ledger.header().started_ns = 7000;
        return render_of(ledger)["process"]["started"].get<std::string>();
    };
    EXPECT_EQ(started(0), "1970-01-01T00:00:00.000007Z");
    EXPECT_EQ(started(951'782'399), "2000-02-28T23:59:59.000007Z");
    EXPECT_EQ(started(951'782'400), "2000-02-29T00:00:00.000007Z");
    EXPECT_EQ(started(4'107'542'400), "2100-03-01T00:00:00.000007Z");
}

TEST(Render, TellsHowTheProcessEnded)
{
    MadeLedger ledger;
    auto& header = ledger.header();
    const auto exit = [&](State state, std::int32_t status, std::string_view known = {}) {
        header.state = state;
        header.exit_status = status;
        return render_of(ledger, {.exit = known})["process"]["exit"].get<std::string>();
    };
    EXPECT_EQ(exit(State::running, unknown_status), "running");
    EXPECT_EQ(exit(State::running, 7), "exited 7"); // it noted its status, and could write nothing more
    EXPECT_EQ(exit(State::finished, 0), "exited 0");
    EXPECT_EQ(exit(State::finished, 255), "exited 255");
    EXPECT_EQ(exit(State::finished, by_abort), "killed by SIGABRT");
    EXPECT_EQ(exit(State::executed, unknown_status), "executed");
    EXPECT_EQ(exit(State::running, unknown_status, "killed by SIGKILL"), "killed by SIGKILL");
}

TEST(Render, SumsTheCountersOfAllThreads)
{
    MadeLedger ledger;
    const auto write = position(ledger, "write");
    const auto read = position(ledger, "read");
    ledger.count(0, write, 0, 30, 6);
    ledger.count(2, write, 0, 10, 4);
    ledger.count(1, read, 1, 8, 0);
    const auto document = render_of(ledger);
    EXPECT_EQ(document["stats"], Json::parse(R"({"calls_intercepted": 48, "faults_triggered": 10, "faults_skipped": 38,
                                                 "trigger_rate": 20.8})"));
    EXPECT_EQ(document["functions"]["write"], Json::parse(R"({"calls": 40, "faults": 10})"));
    EXPECT_EQ(document["functions"]["read"], Json::parse(R"({"calls": 8, "faults": 0})"));
    EXPECT_EQ(document["faults"]["disk-full"]["matched"], 40);
    EXPECT_EQ(document["faults"]["disk-full"]["skipped"], 30);
}

TEST(Render, ListsOnlyFunctionsThatWereCalledButEveryFault)
{
    MadeLedger ledger;
    const auto document = render_of(ledger);
    EXPECT_TRUE(document["functions"].empty());
    EXPECT_EQ(keys_of(document["faults"]), (std::vector<std::string>{"disk-full", "slow"}));
    EXPECT_EQ(document["stats"]["trigger_rate"], 0.0);
}

TEST(Render, CountsEachErrorOfEachFault)
{
    MadeLedger ledger;
    for (int i = 0; i < 3; ++i)
        ledger.header().count_error(0, ENOSPC);
    ledger.header().count_error(0, EIO);
    ledger.header().count_error(1, EINTR);
    const auto faults = render_of(ledger)["faults"];
    EXPECT_EQ(faults["disk-full"]["errors"], Json::parse(R"({"ENOSPC": 3, "EIO": 1})"));
    EXPECT_EQ(faults["slow"]["errors"], Json::parse(R"({"EINTR": 1})"));
}

TEST(Render, ShowsErrorsBeyondTheTableAsOther)
{
    MadeLedger ledger;
    for (std::int32_t error = 1000; error < 1000 + static_cast<std::int32_t>(error_count_slots); ++error)
        ledger.header().count_error(1, error);
    ledger.header().count_error(0, EIO);
    ledger.count(0, position(ledger, "write"), 0, 1, 1);
    const auto document = render_of(ledger);
    EXPECT_EQ(document["faults"]["disk-full"]["errors"], Json::parse(R"({"other": 1})"));
    EXPECT_EQ(document["warnings"].size(), 2); // this, and a fault that never matched
}

TEST(Render, WritesAnEventInTheOrderOfTheSpecification)
{
    MadeLedger ledger;
    auto& event = ledger.event(0, static_cast<std::uint16_t>(position(ledger, "write")));
    event.call = 3;
    event.thread_call = 1;
    event.match = 2;
    event.time_ns = 412'999;
    event.error = ENOSPC;
    event.has_fd = 1;
    event.fd = 5;
    event.has_size = 1;
    event.size = 10240;
    event.path.assign("/tmp/a.tar");
    event.module.assign("tar");
    event.caller_offset = 0x1f2c;
    event.site = 0x00ca5ad1;
    event.delay_ns = 1'500'000;
    event.returned = -1;
    event.offset = 16;
    event.bytes = 2;
    event.mode = plan::Mode::reverse;
    event.thread.assign(".2");
    event.did = did_site | did_delay | did_return | did_mode | did_offset | did_bytes | did_pass;
    event.failed = EBADF;
    const auto written = render_of(ledger)["events"][0];
    EXPECT_EQ(
        written.dump(),
        R"({"fault":"disk-full","type":"errno","target":"write","call":3,"match":2,"time":0.000412,"thread":"0.1.2",)"
        R"("thread_call":1,"errno":"ENOSPC","fd":5,"path":"/tmp/a.tar","size":10240,"caller":"tar+0x1f2c","site":"00ca5ad1",)"
        R"("delay":0.0015,"returned":-1,"mode":"reverse","offset":16,"bytes":2,"dropped":false,"failed":"EBADF"})");
}

TEST(Render, LeavesOutWhatAnEventDoesNotHave)
{
    MadeLedger ledger;
    ledger.event();
    EXPECT_EQ(keys_of(render_of(ledger)["events"][0]),
              (std::vector<std::string>{"fault", "type", "target", "call", "match", "time", "thread", "thread_call"}));
}

TEST(Render, CountsEventsThatAreNotThereAsDropped)
{
    MadeLedger ledger;
    for (std::uint64_t i = 0; i < MadeLedger::events; ++i)
        ledger.event();
    ledger.header().event(3).complete = 0; // cut off in the middle
    ledger.header().events_claimed += 100;
    const auto document = render_of(ledger);
    EXPECT_EQ(document["events"].size(), MadeLedger::events - 1);
    EXPECT_EQ(document["events_dropped"], 101);
}

TEST(Render, ReadsNoEventSlotThatIsNotBacked)
{
    MadeLedger ledger;
    for (int i = 0; i < 5; ++i)
        ledger.event();
    ledger.header().events_backed = 2;
    const auto document = render_of(ledger);
    EXPECT_EQ(document["events"].size(), 2);
    EXPECT_EQ(document["events_dropped"], 3);
}

TEST(Render, EscapesWhateverArgumentsAndPathsHold)
{
    MadeLedger ledger;
    ledger.argument("quote\" back\\slash \n \x01 \x7f");
    ledger.argument("Zürich 東京 \xf0\x9f\x92\xbe");
    ledger.argument("\xff\xfe");                               // no UTF-8 at all
    ledger.argument("\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80"); // too long, a surrogate, beyond U+10FFFF
    ledger.argument("cut \xe2\x82");
    ledger.argument("");
    const auto argv = render_of(ledger)["process"]["argv"];
    EXPECT_EQ(argv[2], "quote\" back\\slash \n \x01 \x7f");
    EXPECT_EQ(argv[3], "Zürich 東京 \xf0\x9f\x92\xbe");
    EXPECT_EQ(argv[4], "\ufffd\ufffd");
    EXPECT_EQ(argv[5], "\ufffd\ufffd \ufffd\ufffd\ufffd \ufffd\ufffd\ufffd\ufffd");
    EXPECT_EQ(argv[6], "cut \ufffd\ufffd");
    EXPECT_EQ(argv[7], "");
}

TEST(Render, MarksAPathThatWasCutAtACharacter)
{
    MadeLedger ledger;
    auto& event = ledger.event();
    event.path.assign("\xbc/rest");
    event.did = did_cut_path;
    EXPECT_EQ(render_of(ledger)["events"][0]["path"], "…/rest");
}

TEST(Render, WarnsOfFaultsThatNeverMatched)
{
    MadeLedger ledger;
    ledger.header().state = State::finished;
    ledger.count(0, position(ledger, "write"), 0, 1, 0);
    EXPECT_EQ(render_of(ledger)["warnings"], Json({"fault 'slow' never matched"}));
    ledger.header().armed_monotonic_ns = 0; // nothing could match
    EXPECT_TRUE(render_of(ledger)["warnings"].empty());
}

TEST(Render, SaysEachTroubleInWords)
{
    MadeLedger ledger;
    ledger.header().armed_monotonic_ns = 0;
    for (unsigned bit = 0; bit < 8; ++bit) {
        ledger.header().trouble = 1U << bit;
        const auto warnings = render_of(ledger)["warnings"];
        ASSERT_EQ(warnings.size(), 1) << bit;
        EXPECT_GT(warnings[0].get<std::string>().size(), 20) << bit;
    }
}

TEST(Render, IsTheSameThroughABufferOfAnySize)
{
    MadeLedger ledger;
    ledger.event().path.assign("/tmp/ü");
    const auto whole = text_of(ledger, {}, 1U << 16U);
    for (const std::size_t bytes : {1U, 2U, 3U, 7U, 100U})
        EXPECT_EQ(text_of(ledger, {}, bytes), whole) << bytes;
}

TEST(Render, StopsAtTheFirstWriteThatFails)
{
    MadeLedger ledger;
    int writes = 0;
    const auto fail_second = [](void* context, const char*, std::size_t) { return ++*static_cast<int*>(context) < 2; };
    char buffer[16];
    EXPECT_FALSE(render(ledger.header(), {fail_second, &writes}, buffer));
    EXPECT_EQ(writes, 2);
}

TEST(Render, LeavesErrnoAlone)
{
    MadeLedger ledger;
    errno = 12345;
    text_of(ledger);
    EXPECT_EQ(errno, 12345);
}

TEST(Render, KeepsCountsExactThatNoDoubleHolds)
{
    MadeLedger ledger;
    constexpr std::uint64_t many = 18'000'000'000'000'000'001U;
    ledger.count(0, position(ledger, "write"), 0, many, many / 2);
    const auto stats = render_of(ledger)["stats"];
    EXPECT_EQ(stats["calls_intercepted"].get<std::uint64_t>(), many);
    EXPECT_EQ(stats["trigger_rate"], 50.0);
}

} // namespace
} // namespace faultline::ledger
