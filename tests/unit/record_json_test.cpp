// A record is written as it was read: what a process wrote comes out of the summaries byte for byte.
#include "report/record_json.hpp"

#include <gtest/gtest.h>

namespace {

using namespace faultline::report;

constexpr std::string_view written = R"({
  "faultline": "0.1.0",
  "process": {
    "program": "tar", "pid": 7, "ppid": 1, "argv": ["tar", "cf"], "lineage": "0.1", "exit": "killed by SIGTERM",
    "started": "2026-01-02T03:04:05.000006Z", "seconds": 0.001}, "plan": "/p.toml", "seed": 9,
  "stats": {"calls_intercepted": 3, "faults_triggered": 1, "faults_skipped": 2, "trigger_rate": 33.3},
  "functions": {"write": {"calls": 3, "faults": 1}},
  "faults": {
    "full": {"type": "errno", "matched": 3, "triggered": 1, "skipped": 2, "errors": {"ENOSPC": 1}},
    "idle": {"type": "delay", "matched": 0, "triggered": 0, "skipped": 0, "errors": {}},
    "off": {"type": "errno", "enabled": false, "matched": 0, "triggered": 0, "skipped": 0, "errors": {}}},
  "events": [{"fault": "full", "type": "errno", "target": "write", "call": 3, "match": 3, "time": 0.000412,
    "thread": "0.1", "errno": "ENOSPC", "fd": -1, "path": "/a", "size": 512, "caller": "tar+0x1f3", "site": "0badcafe",
    "delay": 1.5, "returned": -2, "shift": 0.25, "signal": 40, "moment": "after", "cut": true, "mode": "bitflip",
    "offset": 1, "bytes": 2, "dropped": false, "failed": 4242, "later": [1, "x"]}],
  "events_dropped": 4,
  "warnings": ["fault 'idle' never matched", "another"]})";

TEST(RecordJson, IsWrittenAsItWasRead)
{
    const auto document = parse_json(written);
    ASSERT_TRUE(document);
    EXPECT_EQ(lines(to_json(from_json(*document))), lines(*document));
}

TEST(RecordJson, IsReadAsValues)
{
    const auto record = from_json(*parse_json(written));
    EXPECT_EQ(record.exit.how, Exit::How::killed);
    EXPECT_EQ(record.exit.signal, "SIGTERM");
    EXPECT_TRUE(record.faults[1].awaited);
    EXPECT_FALSE(record.faults[2].awaited);
    EXPECT_FALSE(record.faults[2].enabled);
    EXPECT_EQ(record.warnings, std::vector<std::string>{"another"});
    EXPECT_EQ(record.events[0].signal, Named(std::int64_t{40}));
    EXPECT_EQ(details(record.events[0]).front(), (std::pair<std::string, std::string>("errno", "ENOSPC")));
}

TEST(RecordJson, TakesAnythingForARecord)
{
    for (const std::string_view text : {"{}", R"({"process": 1, "faults": [], "events": [1, {}], "stats": null})",
                                        R"({"process": {"exit": "exited 99999999999", "argv": 3, "pid": "x"}})"}) {
        const auto record = from_json(*parse_json(text));
        EXPECT_EQ(record.exit.how, Exit::How::unknown);
        EXPECT_EQ(record.pid, 0);
    }
    EXPECT_FALSE(parse_json("{"));
    EXPECT_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')));
}

} // namespace
