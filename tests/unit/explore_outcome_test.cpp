// How a run is judged by what was seen of it, and what of it is masked because it changes without any fault.
#include "explore/finding.hpp"
#include "explore/gather.hpp"
#include "explore/outcome.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace faultline::explore {

namespace {

constexpr int exited(int status) { return status << 8U; }

Baseline baseline()
{
    Baseline base;
    base.run.out = "done\n";
    base.run.tree = {{"work/out", {'f', 0644, 5, 1}}};
    base.run.open_descriptors = 3;
    return base;
}

/// A run that was struck and went as the baseline did.
Observation as_usual(const Baseline& base)
{
    auto seen = base.run;
    seen.fired = seen.matched = 1;
    seen.struck = {{"malloc", 1, "0", -1}};
    return seen;
}

Class kind_of(const Baseline& base, const Observation& seen) { return classify(base, seen).kind; }

TEST(ExploreOutcome, OfARunThatWentAsUsualIsTolerated)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    EXPECT_EQ(kind_of(base, seen), Class::tolerated);
    seen.err = "warning: it took two tries\n"; // it may say so
    EXPECT_EQ(kind_of(base, seen), Class::tolerated);
}

TEST(ExploreOutcome, IsNotReachedWhereNothingFired)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    seen.fired = 0;
    EXPECT_EQ(kind_of(base, seen), Class::not_reached);
    seen.end.timed_out = true;
    EXPECT_EQ(kind_of(base, seen), Class::unstable);
}

TEST(ExploreOutcome, IsSilentWrongOrToldWrongByWhatIsSaid)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    seen.out = "";
    EXPECT_EQ(kind_of(base, seen), Class::silent_wrong);
    seen.err = "cannot write\n";
    EXPECT_EQ(kind_of(base, seen), Class::told_wrong);
    seen = as_usual(base);
    seen.tree["work/out"].hash = 2;
    EXPECT_EQ(kind_of(base, seen), Class::silent_wrong);
    seen.out = "done\nwarning: the disk is full\n"; // said on standard output, yet said
    EXPECT_EQ(kind_of(base, seen), Class::told_wrong);
    seen = as_usual(base);
    seen.tree["work/out"].mode = 0600;
    EXPECT_EQ(classify(base, seen).detail, "out has mode 0600 for 0644");
}

TEST(ExploreOutcome, OfAFailureIsCleanOrMute)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    seen.end.status = exited(1);
    seen.tree.clear();
    EXPECT_EQ(kind_of(base, seen), Class::mute_fail);
    seen.struck[0].descriptor = 2; // how could it say so?
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail);
    seen.struck[0].descriptor = 1;
    seen.err = "no memory\n";
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail);
    seen.tree["work/out.tmp"] = {};
    EXPECT_EQ(kind_of(base, seen), Class::leak);
    seen.struck = {{"unlink", 1, "0", -1}}; // what cannot be removed has to stay
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail);
}

TEST(ExploreOutcome, OfManyFaultsCountsWhatNoneOfThemExcuses)
{
    const auto base = baseline();
    const Struck write{"write", 1, "0", 3};
    const Struck complaint{"write", 2, "0", 2};
    auto seen = as_usual(base);
    seen.tree["work/out"].hash = 2;
    seen.struck = {write, write};
    EXPECT_EQ(kind_of(base, seen), Class::silent_wrong);
    seen.struck = {write, complaint}; // it was about to say so
    EXPECT_EQ(kind_of(base, seen), Class::told_wrong);
    seen.end.status = exited(1);
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail);
    seen.tree["work/out.tmp"] = {};
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail) << "so may what would remove it";
    seen.end.status = base.run.end.status;
    seen.tree["work/out"].hash = base.run.tree.at("work/out").hash;
    EXPECT_EQ(kind_of(base, seen), Class::tolerated);
    seen.struck = {write, write};
    EXPECT_EQ(kind_of(base, seen), Class::leak);
    seen.end.status = exited(1);
    EXPECT_EQ(kind_of(base, seen), Class::leak);
}

TEST(ExploreOutcome, AsksForNoRecoveryOfWhatCouldNotBeCleanedUp)
{
    auto base = baseline();
    base.recovery_of_pristine = base.recovery_of_run = End{};
    auto seen = as_usual(base);
    seen.end.status = exited(1);
    seen.recovery = End{};
    seen.recovery->status = exited(2);
    seen.recovered_tree = base.recovered_run;
    seen.struck = {{"write", 1, "0", 3}, {"write", 1, "0", 3}};
    EXPECT_EQ(kind_of(base, seen), Class::cannot_recover);
    seen.struck.push_back({"unlink", 2, "0", -1});
    EXPECT_NE(kind_of(base, seen), Class::cannot_recover);
    seen.end.status = 0; // it said that all is well
    EXPECT_EQ(kind_of(base, seen), Class::cannot_recover);
}

TEST(ExploreOutcome, TellsCrashAbortAndPipe)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    seen.end.status = SIGSEGV;
    EXPECT_EQ(kind_of(base, seen), Class::crash);
    seen.end.status = SIGABRT;
    EXPECT_EQ(kind_of(base, seen), Class::abort);
    seen.end.status = SIGPIPE;
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail);
    seen.end.status = exited(128 + SIGSEGV); // the program's own word
    EXPECT_EQ(kind_of(base, seen), Class::mute_fail);
    seen = as_usual(base);
    seen.died = {"child"};
    EXPECT_EQ(kind_of(base, seen), Class::crash);
}

TEST(ExploreOutcome, TellsWhatHangsFromWhatWaits)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    seen.end.timed_out = true;
    EXPECT_EQ(classify(base, seen).detail, "blocked");
    seen.end.busy = true;
    EXPECT_EQ(classify(base, seen).detail, "spin");
}

TEST(ExploreOutcome, CountsWhatStaysOpenOrRuns)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    seen.open_descriptors = 4;
    EXPECT_EQ(kind_of(base, seen), Class::leak);
    seen = as_usual(base);
    seen.end.left_running = 1;
    EXPECT_EQ(kind_of(base, seen), Class::leak);
    seen = as_usual(base);
    seen.tree["tmp/x"] = {};
    EXPECT_EQ(kind_of(base, seen), Class::leak);
}

TEST(ExploreOutcome, AsksTheCheckFirst)
{
    const auto base = baseline();
    auto seen = as_usual(base);
    seen.end.status = exited(1);
    seen.err = "sorry\n";
    seen.check = End{};
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail);
    seen.check->status = exited(1);
    EXPECT_EQ(kind_of(base, seen), Class::corrupt);
}

TEST(ExploreOutcome, LooksAtWhatRecoveryMakesOfIt)
{
    auto base = baseline();
    base.recovery_of_pristine = base.recovery_of_run = End{};
    base.recovered_pristine = {};
    base.recovered_run = {{"work/out", {'f', 0644, 10, 2}}};
    auto seen = as_usual(base);
    EXPECT_FALSE(needs_recovery(base, seen));
    seen.tree["work/out"].hash = 9;
    EXPECT_TRUE(needs_recovery(base, seen));
    seen.recovery = End{};
    seen.recovered_tree = base.recovered_pristine;
    EXPECT_EQ(kind_of(base, seen), Class::lost);
    seen.end.status = exited(1);
    seen.err = "sorry\n";
    seen.recovered_tree = base.recovered_run;
    EXPECT_EQ(kind_of(base, seen), Class::false_failure);
    seen.struck = {{"write", 1, "0", 3}, {"write", 1, "0", 3}};
    EXPECT_EQ(kind_of(base, seen), Class::false_failure);
    seen.struck = {{"write", 1, "0", 3}, {"fsync", 1, "0", 3}}; // then the program cannot know whether it is there
    EXPECT_EQ(kind_of(base, seen), Class::clean_fail);
    seen.recovery->status = exited(3);
    EXPECT_EQ(kind_of(base, seen), Class::cannot_recover);
}

TEST(ExploreMask, CoversWhatChangesAndNothingElse)
{
    Observation a, b;
    a.out = "took 12 ms\nresult 7\n";
    b.out = "took 9 ms\nresult 7\n";
    a.tree = {{"tmp/x-aaa", {}}, {"work/log", {'f', 0644, 3, 1}}};
    b.tree = {{"tmp/x-bbb", {}}, {"work/log", {'f', 0644, 3, 2}}};
    Mask mask;
    mask.learn(a, b);
    EXPECT_TRUE(mask.agree(a, b));
    auto c = a;
    c.out = "took 1004 ms\nresult 7\n";
    EXPECT_TRUE(mask.agree(a, c));
    c.out = "took 12 ms\nresult 8\n";
    EXPECT_FALSE(mask.agree(a, c));
    c = a;
    c.tree["work/other"] = {};
    EXPECT_FALSE(mask.agree(a, c));
    EXPECT_EQ(mask.described().size(), 3U);
}

TEST(ExploreMask, GivesUpOnAnOutputWhoseLinesComeAndGo)
{
    Observation a, b;
    a.out = "one\n";
    b.out = "one\ntwo\n";
    Mask mask;
    mask.learn(a, b);
    EXPECT_TRUE(mask.agree(a, b));
    EXPECT_NE(mask.described().at(0).find("all of it"), std::string::npos);
}

TEST(ExploreFinding, MergesByTheProgramsOwnCode)
{
    const report::Address libc{"/lib/libc.so.6", 0x10}, here{"/usr/bin/sed", 0x20}, there{"/usr/bin/sed", 0x30};
    const Point a{{{"malloc", 1, {"oom", "errno", "ENOMEM"}, 1, Persistence::once, 0}}};
    const Point b{{{"calloc", 2, {"oom", "errno", "ENOMEM"}, 1, Persistence::once, 0}}};
    Site first, second, third;
    first.stack = {libc, here};
    second.stack = {{"/lib/libc.so.6", 0x18}, here};
    third.stack = {libc, there};
    const Outcome wrong{Class::silent_wrong, ""};
    EXPECT_EQ(merge_key(wrong, a, first, {}), merge_key(wrong, b, second, {}));
    EXPECT_NE(merge_key(wrong, a, first, {}), merge_key(wrong, a, third, {}));
    const Crash crash{SIGSEGV, "sed", {libc, there}};
    const Outcome crashed{Class::crash, "SIGSEGV"};
    EXPECT_EQ(merge_key(crashed, a, first, crash), merge_key(crashed, b, third, crash));
}

TEST(ExploreFinding, IsAbsorbedByFunctionModuleOrSite)
{
    const Strike strike{"write", 0xabc, {"io", "errno", "EIO"}, 1, Persistence::once, 0};
    Site site;
    site.stack = {{"/lib/libc.so.6", 1}, {"/bin/dash", 2}};
    EXPECT_TRUE(is_absorbed({"write"}, strike, site));
    EXPECT_TRUE(is_absorbed({"*@dash"}, strike, site));
    EXPECT_TRUE(is_absorbed({"00000abc"}, strike, site));
    EXPECT_FALSE(is_absorbed({"read", "*@bash", "00000abd"}, strike, site));
    EXPECT_FALSE(is_absorbed({"*@dash"}, strike, std::nullopt));
}

TEST(ExploreFinding, IsPartOfAnotherThatExplainsIt)
{
    const auto found = [](const char* key, Class kind, const char* function, std::uint32_t site,
                          Persistence persistence) {
        Finding finding;
        finding.kind = kind;
        finding.key = key;
        finding.point.strikes.push_back({function, site, {"io", "errno", "EIO"}, 1, persistence, 0});
        return std::pair(std::string(key), finding);
    };
    const auto no_site = [](const Strike&) { return std::optional<Site>(); };
    std::vector<std::string> swallowed;
    const Places nowhere{no_site, swallowed};
    const auto once = found("told-wrong write from 00000002", Class::told_wrong, "write", 2, Persistence::once);
    auto open = found("silent-wrong open from 00000001", Class::silent_wrong, "open", 1, Persistence::everywhere);
    auto close = found("leak close from 00000003", Class::leak, "close", 3, Persistence::everywhere);
    open.second.struck = {{"open", 1, "0", -1}, {"write", 2, "0", 3}};
    close.second.struck = {{"close", 3, "0", 3}, {"write", 2, "0", 3}};
    std::map<std::string, Finding> findings{once, open, close};
    const auto gone = join_explained(findings, nowhere);
    EXPECT_EQ(gone, (std::map<std::string, std::string>{{open.first, once.first}}));
    ASSERT_EQ(findings.size(), 2U) << "a leak is another matter";
    EXPECT_EQ(findings.at(once.first).others, std::vector{open.second.point});
    // Of two that explain each other one stays.
    auto other = found("silent-wrong write from 00000002", Class::silent_wrong, "write", 2, Persistence::everywhere);
    other.second.struck = open.second.struck;
    findings = {open, other};
    EXPECT_EQ(join_explained(findings, nowhere).size(), 1U);
    EXPECT_EQ(findings.size(), 1U);
    // A place that is not in the trace is known by the code that called.
    Site caller;
    caller.stack = {{"/bin/app", 0x10}};
    const auto key = merge_key({Class::silent_wrong, ""}, once.second.point, caller, {});
    findings = {open, found(key.c_str(), Class::silent_wrong, "write", 9, Persistence::once)};
    findings.at(open.first).struck = {{"write", 7, "0", 3, "", false, 0, "app", 0x10}};
    EXPECT_EQ(join_explained(findings, nowhere), (std::map<std::string, std::string>{{open.first, key}}));
    // And what a program may swallow is no mistake.
    findings = {open, close, once};
    swallowed = {"close"};
    EXPECT_EQ(join_explained(findings, nowhere),
              (std::map<std::string, std::string>{{open.first, once.first}, {close.first, std::string(absorbed)}}));
    EXPECT_EQ(findings.size(), 1U);
}

TEST(ExploreFinding, PrefersTheWeakerPlan)
{
    const Point once{{{"malloc", 1, {}, 1, Persistence::once, 0}}};
    auto on = once, later = once, two = once;
    on.strikes[0].persistence = Persistence::on;
    later.strikes[0].occurrence = 4;
    two.strikes.push_back(once.strikes[0]);
    EXPECT_TRUE(weaker(once, on));
    EXPECT_TRUE(weaker(once, later));
    EXPECT_TRUE(weaker(on, two));
    auto everywhere = once;
    everywhere.strikes[0].persistence = Persistence::everywhere;
    EXPECT_TRUE(weaker(two, everywhere));
    EXPECT_FALSE(weaker(once, once));
}

} // namespace

} // namespace faultline::explore
