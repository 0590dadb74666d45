// What ext4 lets be lost: each experiment that was made with a real one (docs/powerloss.md), and the rules that
// follow, as a tiny recording and all of the trees that may be left of it.
#include "ext4_experiments.hpp"
#include "power_trees.hpp"

#include <linux/falloc.h>

namespace faultline::power {

namespace {

TEST(PowerExt4, E1NewContentRenamedOverAFileIsWhole)
{
    MadeRecording made;
    experiment("E1").make(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=1o.", "f=1o. t=", "f=1o. t=1n.", "f=1n."}));
    commit(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=1n. y="}));
    EXPECT_EQ(legal_at_end(made, "ext4-noauto"), (Seen{"f= y=", "f=1n. y="}));
}

TEST(PowerExt4, E2ANewFileRenamedToANewNameMayBeEmpty)
{
    MadeRecording made;
    experiment("E2").make(made);
    commit(made);
    for (const auto* name : {"ext4", "ext4-noauto"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f= y=", "f=1n. y="})) << name;
}

TEST(PowerExt4, E3AppendingWithinABlockMayGiveNuls)
{
    MadeRecording made;
    experiment("E3").make(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=100o.", "f=100o.500.", "f=100o.50n."}));
    commit(made);
    for (const auto* name : {"ext4", "ext4-noauto"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=100o.500. y=", "f=100o.50n. y="})) << name;
}

TEST(PowerExt4, E4OverwritingABlockIsFreeOfTheJournal)
{
    MadeRecording made;
    experiment("E4").make(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=1o.", "f=1n.", "f=1o. x=", "f=1n. x="}));
    commit(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=1o. x= y=", "f=1n. x= y="}));
}

TEST(PowerExt4, E5ClosingAFileThatWasCutToNothingFlushesIt)
{
    MadeRecording made;
    experiment("E5").make(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=1o.", "f=", "f=1n."}));
    commit(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=1n. y="}));
    EXPECT_EQ(legal_at_end(made, "ext4-noauto"), (Seen{"f= y=", "f=1n. y="}));
}

TEST(PowerExt4, E5bBeforeItsCloseItIsNotFlushed)
{
    MadeRecording made;
    experiment("E5b").make(made);
    commit(made);
    for (const auto* name : {"ext4", "ext4-noauto"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f= y=", "f=1n. y="})) << name;
}

TEST(PowerExt4, E6ASyncOfAnOverwriteCommitsNothingElse)
{
    MadeRecording made;
    experiment("E6").make(made);
    for (const auto* name : {"ext4", "ext4-noauto"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=1n.", "f=1n. x="})) << name;
}

TEST(PowerExt4, E7ASyncOfANewFileCommitsAllNamesBeforeIt)
{
    MadeRecording made;
    experiment("E7").make(made);
    commit(made);
    for (const auto* name : {"ext4", "ext4-noauto"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"x= y=", "x=1n. y="})) << name;
}

TEST(PowerExt4, E8AppendingBeyondTheBlockWaitsForItsData)
{
    MadeRecording made;
    experiment("E8").make(made);
    commit(made);
    for (const auto* name : {"ext4", "ext4-noauto"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=4096o. y=", "f=4096o.1n. y="})) << name;
}

TEST(PowerExt4, E9SettingTheSizeThatAFileHasIsMetadata)
{
    MadeRecording made;
    experiment("E9").make(made);
    commit(made);
    for (const auto* name : {"ext4", "ext4-noauto"})
        EXPECT_EQ(legal_at_end(made, name), (Seen{"f=4096o.10. y=", "f=4096o.1n. y="})) << name;
}

TEST(PowerExt4, E10AWriteIntoABlockAndBeyondMayBeJournalledInPart)
{
    MadeRecording made;
    experiment("E10").make(made);
    commit(made);
    EXPECT_EQ(legal_at_end(made, "ext4"),
              (Seen{"f=4000o. y=", "f=4000o.960. y=", "f=4000o.96n. y=", "f=4000o.960.100n. y=", "f=4000o.196n. y="}));
}

TEST(PowerExt4, AJournalThatCommitsWhileDataIsOnItsWayLeavesNuls)
{
    for (const auto* name : {"E1", "E5"}) {
        MadeRecording made;
        experiment(name).make(made);
        commit(made);
        EXPECT_EQ(legal_at_end(made, "ext4-race"), (Seen{"f=10. y=", "f=1n. y="})) << name;
    }
}

TEST(PowerExt4, ASizeThatIsSetIsMetadata)
{
    MadeRecording made;
    const auto file = made.create("f");
    made.write(file, 0, "n");
    made.truncate(file, 3);
    commit(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=30. y=", "f=1n.20. y="}));
}

TEST(PowerExt4, AFloatingPageComesAfterTheNamesBeforeIt)
{
    MadeRecording made;
    made.create("x");
    const auto file = made.had("f", "");
    made.write(file, 0, "n");
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=", "f= x=", "f=1n. x="}));
}

TEST(PowerExt4, ASyncOfADirectoryCommits)
{
    MadeRecording made;
    const auto file = made.had("f", "f");
    made.rename(file, "f", "g");
    made.sync(MadeRecording::root);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"g=1f."}));
}

TEST(PowerExt4, AHoleIsMetadata)
{
    MadeRecording made;
    const auto file = made.had("f", repeated('o', 8192));
    made.allocate(file, 0, 4096, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
    commit(made);
    EXPECT_EQ(legal_at_end(made, "ext4"), (Seen{"f=40960.4096o. y="}));
}

} // namespace

} // namespace faultline::power
