// What of a record can be repeated, and what is refused: records as values, no run.
#include "run/replay.hpp"

#include "ledger/render.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace faultline::run {
namespace {

report::Event failure(std::string thread, std::string function, std::uint64_t call, std::string error = "EIO")
{
    report::Event event;
    event.fault = "x";
    event.type = "errno";
    event.function = std::move(function);
    event.call = call;
    event.thread = std::move(thread);
    event.error = std::move(error);
    return event;
}

report::Records records(std::vector<report::Event> events)
{
    report::Records all;
    auto& record = all.all.emplace_back();
    record.file = "r.json";
    record.lineage = "0";
    record.arguments = {"job", "now"};
    record.exit = {.how = report::Exit::How::exited, .status = 3, .signal = {}};
    record.events = std::move(events);
    return all;
}

TEST(Replay, OneFaultStrikesTheCallsThatDifferInTheirNumberAlone)
{
    auto later = failure("0.1", "write", 12);
    later.thread_call = 5;
    const auto replay =
        replay_of(records({failure("0.1", "write", 2), later, failure("0", "write", 2), failure("0", "read", 1)}));
    EXPECT_TRUE(replay.refusals.empty());
    EXPECT_EQ(replay.command, (std::vector<std::string>{"job", "now"}));
    EXPECT_EQ(replay.exit, "exited 3");
    EXPECT_EQ(replay.toml(replay.all()), R"(arm = "main"

[[fault]]
name = "read-1"
functions = ["read"]
lineage = "0"
count = "call"
on = "1"
type = "errno"
errno = "EIO"

[[fault]]
name = "write-2"
functions = ["write"]
lineage = "0"
count = "call"
on = "2"
type = "errno"
errno = "EIO"

[[fault]]
name = "write-3"
functions = ["write"]
lineage = "0.1"
count = "call"
on = "2,5"
type = "errno"
errno = "EIO"
)");
    EXPECT_TRUE(replay.plan(replay.all())->mistakes.empty());
}

/// The only refusal of a record.
std::string refusal(const report::Records& all)
{
    const auto replay = replay_of(all);
    return replay.refusals.size() == 1 ? replay.refusals.front() : std::to_string(replay.refusals.size());
}

TEST(Replay, RefusesByNameWhatARecordDoesNotTell)
{
    auto lost = records({failure("0", "write", 1)});
    lost.all[0].events_dropped = 4;
    EXPECT_EQ(refusal(lost), "r.json: 4 faults happened that were only counted, not kept: raise [stats] events, and "
                             "record it again");
    auto shared = records({failure("0", "write", 1)});
    shared.all[0].warnings.emplace_back(ledger::threads_shared_text);
    EXPECT_EQ(refusal(shared),
              "r.json: there were more threads than Faultline tells apart: the faults of some are not reproducible: "
              "their calls have no numbers of their own");
    EXPECT_EQ(
        refusal(records({failure("0", "my_own", 1)})),
        "my_own 1 of thread 0: fault 'x' (errno) cannot be repeated: it is a function of the program's own, which "
        "an injector in its code has to strike");
    EXPECT_EQ(refusal(records({failure("0", "write", 1), failure("0", "write", 1)})),
              "write 1 of thread 0 was struck twice: the records are of different runs, or of threads that shared a "
              "number");
    auto running = records({failure("0", "write", 1)});
    running.all[0].exit = {.how = report::Exit::How::running, .status = {}, .signal = {}};
    EXPECT_EQ(refusal(running), "r.json: its process is still running");
}

TEST(Replay, RefusesTypesThatARecordCannotRepeatWithTheReasonOfTheirRow)
{
    const std::pair<const char*, const char*> types[] = {
        {"throttle", "how long it waited goes by a clock"},
        {"clock", "the time that it told goes by a clock"},
        {"shuffle", "the order was drawn by a chance of its own"},
        {"hold", "the file that it waited for is not in the record"},
        {"sleep", "'sleep' is no type of this version"},
    };
    for (const auto& [type, why] : types) {
        auto event = failure("0", "write", 1);
        event.type = type;
        EXPECT_EQ(refusal(records({event})),
                  fmt::format("write 1 of thread 0: fault 'x' ({}) cannot be repeated: {}", type, why));
    }
    for (const auto* const type : {"timeout", "hang", "drop", "move", "wake"}) {
        auto event = failure("0", "write", 1);
        event.type = type;
        EXPECT_TRUE(replay_of(records({event})).refusals.empty()) << type;
    }
}

TEST(Replay, TakesNoCommandOfWhichWordsAreMissing)
{
    auto cut = records({failure("0", "write", 1)});
    cut.all[0].warnings.emplace_back(ledger::argv_cut_text);
    EXPECT_TRUE(replay_of(cut).command.empty());
    auto child = records({failure("0.1", "write", 1)});
    child.all[0].lineage = "0.1";
    EXPECT_TRUE(replay_of(child).command.empty());
}

TEST(Departures, AreWhatIsMissingWhatIsBesideAndWhatIsDifferent)
{
    const auto expected =
        struck_in(records({failure("0", "read", 1), failure("0", "write", 1), failure("0.1", "write", 1)}));
    const auto happened =
        struck_in(records({failure("0", "write", 1, "ENOSPC"), failure("0", "write", 2), failure("0.1", "write", 1)}));
    EXPECT_EQ(departures(expected, happened), (std::vector<std::string>{
                                                  "read 1 of thread 0 was not struck: errno EIO",
                                                  "write 1 of thread 0 was struck by errno ENOSPC instead of errno EIO",
                                                  "write 2 of thread 0 was struck beside: errno EIO",
                                              }));
    EXPECT_TRUE(departures(expected, expected).empty());
}

} // namespace
} // namespace faultline::run
