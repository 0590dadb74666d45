// What each model of a disk lets be lost: tiny recordings, and all of the trees that a power cut after them could have
// left, exactly. ext4's own rules are in power_ext4_test.cpp.
#include "power_trees.hpp"

#include <linux/falloc.h>
#include <utility>
#include <vector>

namespace faultline::power {

namespace {

// --- the rules of every model ----------------------------------------------------------------------------------------

TEST(PowerRules, APageHoldsTheFirstWritesToIt)
{
    MadeRecording made;
    const auto file = made.had("f", "....");
    made.write(file, 0, "aa");
    made.write(file, 1, "bb");
    for (const auto* name : {"unsynced-data", "ext4", "ext4-noauto", "posix"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=4..", "f=2a.2..", "f=1a.2b.1.."})) << name;
    EXPECT_EQ(legal_at_end(made, "prefix"), (Seen{"f=1a.2b.1.."}));
}

TEST(PowerRules, PagesOfOneWriteAreLostOneByOne)
{
    MadeRecording made;
    const auto file = made.had("f", repeated('o', 8192));
    made.write(file, 4000, repeated('n', 192));
    EXPECT_EQ(legal_at_end(made, "ext4"),
              (Seen{"f=8192o.", "f=4000o.96n.4096o.", "f=4096o.96n.4000o.", "f=4000o.192n.4000o."}));
}

TEST(PowerRules, WhatASyncFailedToWriteIsWrittenByNoLaterOne)
{
    MadeRecording made;
    const auto file = made.had("f", "..");
    made.write(file, 0, "a");
    made.sync_failed(file);
    made.sync(file);
    made.sync_system(MadeRecording::device);
    for (const auto* name : {"unsynced-data", "ext4", "ext4-noauto", "posix"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=2..", "f=1a.1.."})) << name;
    EXPECT_EQ(legal_at_end(made, "prefix"), (Seen{"f=1a.1.."}));
    made.write(file, 1, "b"); // the page as a whole
    made.sync(file);
    for (const auto* name : {"unsynced-data", "ext4", "ext4-noauto", "posix"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=1a.1b."})) << name;
}

TEST(PowerRules, ASizeDoesNotWaitForDataThatASyncFailedToWrite)
{
    MadeRecording made;
    const auto file = made.had("f", "");
    made.write(file, 0, "ab");
    made.sync_failed(file);
    made.sync(file);
    for (const auto* name : {"ext4", "ext4-noauto", "posix"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=20.", "f=1a.1b."})) << name;
}

TEST(PowerRules, WhatWasPutBackAfterAFailedSyncIsOnEveryDisk)
{
    MadeRecording made;
    const auto file = made.had("f", repeated('o', 600));
    const auto other = made.create("new");
    made.write(file, 0, repeated('n', 5000));
    made.sync_failed(file);
    made.reverted(file, 0, repeated('o', 600) + repeated('\0', 4400));
    made.sync(file); // the size grew for data that is gone
    for (const auto* name : {"unsynced-data", "ext4", "ext4-noauto", "posix"}) {
        for (const auto& tree : legal_at_end(made, name))
            EXPECT_TRUE(tree.starts_with("f=600o.") && tree.find('n', 7) == tree.find("new")) << name << ": " << tree;
        EXPECT_TRUE(legal_at_end(made, name).contains("f=600o.4400\x30. new=")) << name;
    }
    EXPECT_TRUE(legal_at_end(made, "posix").contains("f=600o.")) << "no sync brings that size";
    EXPECT_TRUE(legal_at_end(made, "ext4").contains("f=600o.")) << "nor does it commit other files' names";
    (void)other;
    made.write(file, 10, "x");
    made.sync(file);
    for (const auto* name : {"unsynced-data", "ext4", "posix"})
        for (const auto& tree : legal_at_end(made, name))
            EXPECT_TRUE(tree.starts_with("f=10o.1x.589o.4400\x30.")) << name << ": " << tree;
}

TEST(PowerStates, NothingOfWhatWasPutBackIsThereInPart)
{
    MadeRecording made;
    const auto file = made.had("f", repeated('o', 8192));
    made.write(file, 0, repeated('n', 8192));
    made.sync_failed(file);
    made.reverted(file, 0, repeated('o', 8192));
    made.say("late");
    const auto micros = cut(made.get());
    const Disks disks(made.get(), micros);
    for (const auto* name : {"unsynced-data", "ext4", "posix"}) {
        const auto rules = model(*model_named(name), made.get(), micros);
        bool torn_before = false;
        choose(rules, made.get(), micros, [&](const State& state) {
            const auto text = text_of(disks, disks.tree(state));
            torn_before |= is_torn(state);
            if (state.cut >= 3) {
                EXPECT_EQ(text, "f=8192o.") << name << " at " << state.cut;
            }
            return true;
        });
        EXPECT_TRUE(torn_before) << name;
    }
}

TEST(PowerRules, ASyncCoversWhatHadReturnedWhenItWasCalled)
{
    MadeRecording made;
    const auto file = made.had("f", "..");
    made.write(file, 0, "a").end = 10;
    auto& sync = made.sync(file);
    sync.begin = 9; // another thread's, called while the write went on
    sync.end = 11;
    EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"f=2..", "f=1a.1.."}));
    sync.begin = 11;
    EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"f=1a.1.."}));
}

TEST(PowerRules, ASyncHoldsFromItsReturn)
{
    MadeRecording made;
    const auto file = made.had("f", "..");
    made.write(file, 0, "a");
    made.sync(file);
    const auto micros = cut(made.get());
    const auto rules = model(*model_named("ext4"), made.get(), micros);
    EXPECT_TRUE(rules.may_lack(0, 1)); // the sync was called and did not return
    EXPECT_FALSE(rules.may_lack(0, 2));
}

TEST(PowerRules, ARenameIsAtomicUnlessItIsAskedToBeSplit)
{
    MadeRecording made;
    const auto file = made.had("f", "f");
    made.rename(file, "f", "g");
    for (const auto* name : {"ext4", "ext4-noauto", "posix"}) {
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=1f.", "g=1f."})) << name;
    }
    EXPECT_EQ(legal_at_end(made, "ext4", {.split_rename = true}), (Seen{"f=1f.", "f=1f. g=1f.", "g=1f."}));
}

TEST(PowerRules, SynchronousWritesAreThereWhenTheyReturn)
{
    for (const auto* name : {"unsynced-data", "ext4", "ext4-noauto", "posix"}) {
        MadeRecording made;
        const auto file = made.had("f", "..");
        made.write(file, 0, "a").synchronous = true;
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=1a.1.."})) << name;
    }
}

TEST(PowerRules, ClosingGuaranteesNothing)
{
    MadeRecording made;
    const auto file = made.had("f", "..");
    made.write(file, 0, "a");
    made.close(file);
    for (const auto* name : {"unsynced-data", "ext4", "ext4-noauto", "posix"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=2..", "f=1a.1.."})) << name;
}

TEST(PowerRules, SyncOfTheSystemCoversItsDeviceOrAll)
{
    MadeRecording made;
    const auto file = made.had("f", ".");
    made.write(file, 0, "a");
    auto& sync = made.sync_system(MadeRecording::device + 1);
    EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"f=1..", "f=1a."}));
    for (const auto device : {std::uint64_t{0}, MadeRecording::device}) {
        sync.device = device;
        EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"f=1a."}));
    }
}

TEST(PowerRules, EachFileSystemHasItsOwnJournal)
{
    MadeRecording made;
    made.create("a");
    auto make = [&] {
        const auto other = made.create("b");
        made.sync(other);
    };
    make();
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"a= b="}));
    MadeRecording two;
    two.create("a");
    const auto other = two.create("b");
    two.sync(other);
    auto recording = two.get();
    recording.operations[1].device = recording.operations[2].device = 99;
    const auto micros = cut(recording);
    const auto rules = model(*model_named("ext4"), recording, micros);
    EXPECT_TRUE(rules.may_lack(0, 3));
    EXPECT_FALSE(rules.may_lack(1, 3));
}

// --- the models ------------------------------------------------------------------------------------------------------

TEST(PowerModels, PrefixHasOneStateForEachMoment)
{
    MadeRecording made;
    const auto file = made.create("f");
    made.write(file, 0, "a");
    made.unlink(file, "f");
    const auto micros = cut(made.get());
    const auto rules = model(*model_named("prefix"), made.get(), micros);
    int states = 0;
    choose(rules, made.get(), micros, [&](const State& state) {
        EXPECT_TRUE(state.lost.empty() && state.early.empty());
        return ++states > 0;
    });
    EXPECT_EQ(states, 4);
}

TEST(PowerModels, UnsyncedDataLosesDataAndNeverNames)
{
    MadeRecording made;
    const auto file = made.create("f");
    made.write(file, 0, "ab");
    made.rename(file, "f", "g");
    EXPECT_EQ(legal_at_end(made, "unsynced-data"), (Seen{"g=", "g=1a.1b."})); // never two NULs: size after data
    made.truncate(file, 0);
    EXPECT_EQ(legal_at_end(made, "unsynced-data"), (Seen{"g="}));
}

TEST(PowerModels, PosixLosesAnything)
{
    MadeRecording made;
    const auto file = made.create("f");
    made.write(file, 0, "a");
    made.mode(file, 0700);
    EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"", "f=", "f=*", "f=10.", "f=10.*", "f=1a.", "f=1a.*"}));
}

TEST(PowerModels, PosixSyncOfAFileIsNotOneOfItsName)
{
    MadeRecording made;
    const auto file = made.create("f");
    made.write(file, 0, "a");
    made.sync(file);
    EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"", "f=1a."}));
    made.sync_data(MadeRecording::root); // of a directory: an fsync
    EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"f=1a."}));
}

TEST(PowerModels, PosixSyncsTheRangeOfASynchronousWrite)
{
    MadeRecording made;
    const auto file = made.had("f", repeated('o', 8192));
    made.write(file, 0, "a");
    made.write(file, 4096, "b");
    auto& sync = made.sync_data(file);
    sync.offset = 4096;
    sync.size = 1;
    EXPECT_EQ(legal_at_end(made, "posix"), (Seen{"f=4096o.1b.4095o.", "f=1a.4095o.1b.4095o."}));
}

TEST(PowerModels, WriteSyncRenameSyncIsCleanInAll)
{
    MadeRecording made;
    const auto old = made.had("f", "old");
    const auto file = made.create("t");
    made.write(file, 0, "new");
    made.sync(file);
    made.rename(file, "t", "f", old);
    made.sync(MadeRecording::root);
    for (const auto& rules : models)
        EXPECT_EQ(legal_at_end(made, rules.name), (Seen{"f=1n.1e.1w."})) << rules.name;
}

// --- what is chosen of the states --------------------------------------------------------------------------------------

/// The trees of all states that are chosen, at whatever cut.
std::pair<Seen, Seen> chosen_and_all(MadeRecording& made, std::string_view name)
{
    const auto& recording = made.get();
    const auto micros = cut(recording);
    const Disks disks(recording, micros);
    const auto rules = model(*model_named(name), recording, micros);
    Seen chosen, all;
    choose(rules, recording, micros, [&](const State& state) {
        EXPECT_TRUE(legal(rules, micros, state));
        if (state.early.empty() && state.torn == never) chosen.insert(text_of(disks, disks.tree(state)));
        return true;
    });
    for (std::uint32_t at = 0; at <= micros.operations(); ++at)
        enumerate(rules, micros, at, [&](const State& state) { all.insert(text_of(disks, disks.tree(state))); });
    return {chosen, all};
}

TEST(PowerStates, ChosenOnesAreLegalAndOfASmallRunTheyAreAll)
{
    MadeRecording made;
    const auto old = made.had("f", "o");
    const auto file = made.create("t");
    made.write(file, 0, "n");
    made.rename(file, "t", "f", old);
    made.say("done");
    for (const auto* name : {"prefix", "unsynced-data", "ext4", "ext4-noauto"}) {
        const auto [chosen, all] = chosen_and_all(made, name);
        EXPECT_EQ(chosen, all) << name;
    }
    const auto [chosen, all] = chosen_and_all(made, "posix");
    EXPECT_TRUE(chosen.contains("f=10.")) << "the size without the data";
    EXPECT_TRUE(std::ranges::includes(all, chosen));
}

TEST(PowerStates, AWriteInFlightIsThereInPart)
{
    MadeRecording made;
    const auto file = made.had("f", repeated('o', 8192));
    made.write(file, 0, repeated('n', 8192));
    const auto& recording = made.get();
    const auto micros = cut(recording);
    const Disks disks(recording, micros);
    const auto rules = model(*model_named("ext4"), recording, micros);
    Seen seen;
    choose(rules, recording, micros, [&](const State& state) {
        seen.insert(text_of(disks, disks.tree(state)));
        return true;
    });
    EXPECT_TRUE(seen.contains("f=4096n.4096o.")); // the first page
    EXPECT_TRUE(seen.contains("f=512n.7680o."));  // the first sector
    EXPECT_TRUE(seen.contains("f=512o.3584n.4096o."));
}

TEST(PowerTree, EqualTreesHaveOneDigest)
{
    MadeRecording made;
    const auto file = made.had("f", "o");
    made.write(file, 0, "n");
    made.write(file, 0, "o");
    made.rename(file, "f", "g");
    made.rename(file, "g", "f");
    made.mode(file, 0700);
    const auto micros = cut(made.get());
    const Disks disks(made.get(), micros);
    std::vector<std::uint64_t> digests;
    for (std::uint32_t at = 0; at <= 5; ++at)
        digests.push_back(disks.digest(disks.tree({.cut = at})));
    EXPECT_EQ(digests[0], digests[2]);
    EXPECT_EQ(digests[0], digests[4]);
    EXPECT_NE(digests[0], digests[1]);
    EXPECT_NE(digests[0], digests[3]);
    EXPECT_NE(digests[0], digests[5]);
}

TEST(PowerMicro, WhatNoModelKnowsIsSaid)
{
    MadeRecording made;
    const auto file = made.had("f", repeated('o', 8192));
    made.allocate(file, 0, 4096, FALLOC_FL_COLLAPSE_RANGE).path = "/r/f";
    ASSERT_EQ(cut(made.get()).untellable.size(), 1U);
    EXPECT_NE(cut(made.get()).untellable[0].find("/r/f"), std::string::npos);
}

} // namespace

} // namespace faultline::power
