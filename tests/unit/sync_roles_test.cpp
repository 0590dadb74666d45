// What a sync is good for: the disks that are possible without it, and which of their failures count against its loss.
#include "power/sync_roles.hpp"
#include "power_trees.hpp"

namespace faultline::power {

namespace {

TEST(SyncRoles, ASyncThatIsLeftOutCoversNothing)
{
    for (const auto& rules : models) {
        MadeRecording bare, synced;
        for (auto* const made : {&bare, &synced}) {
            const auto file = made->had("f", "..");
            made->write(file, 0, "a");
            if (made == &synced) made->sync(file);
            made->rename(file, "f", "g");
        }
        const auto other = without_sync(synced.get(), 1);
        const auto micros = cut(other);
        const Disks disks(other, micros);
        Seen seen;
        enumerate(model(rules, other, micros), micros, micros.operations(),
                  [&](const State& state) { seen.insert(text_of(disks, disks.tree(state))); });
        EXPECT_EQ(seen, legal_at_end(bare, rules.name)) << rules.name;
    }
}

/// A state that fails at the end of the run, in one model.
Checked failing(std::vector<std::uint32_t> lost, std::uint64_t tree, std::string_view model)
{
    Checked checked;
    checked.state = {.cut = 3, .lost = std::move(lost)};
    checked.verdict = {Class::corrupt, 11, "it is empty"};
    checked.models = {model};
    checked.tree = tree;
    return checked;
}

TEST(SyncRoles, OnlyWhatTheSyncPreventsCounts)
{
    MadeRecording made;
    const auto file = made.had("f", "..");
    made.write(file, 0, "a");
    made.sync(file);
    made.write(file, 1, "b");
    const auto& recording = made.get();
    Request request;
    request.models = {model_named("posix")};
    std::string problem;
    const auto roles = [&](const Checked& without, const Summary& whole = {}) {
        return roles_of_syncs(
            recording, request, whole,
            [&](const door::Recording& other) {
                EXPECT_EQ(other.operations.at(1).begin, 0U);
                Summary summary;
                summary.states = {without};
                return summary;
            },
            problem);
    };
    const auto prevented = failing({0, 1}, 5, "posix"); // the first write as well, which is there for certain
    auto found = roles(prevented);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].operation, 1U);
    EXPECT_EQ(found[0].models, std::vector<std::string_view>{"posix"});
    EXPECT_EQ(found[0].kind, Class::corrupt);
    EXPECT_EQ(found[0].lost, 0U);
    EXPECT_EQ(role_text(recording, found[0]),
              "#2 change of: without it corrupt, where #1 change of is lost: it is empty  [posix]");
    EXPECT_TRUE(roles(failing({1}, 5, "posix"))[0].models.empty()) << "the second write may be lost anyhow";
    Summary whole;
    whole.states = {failing({1}, 5, "posix")};
    EXPECT_TRUE(roles(prevented, whole)[0].models.empty()) << "the same files were there with the sync";
    auto clean = prevented;
    clean.verdict.kind = Class::clean;
    found = roles(clean);
    EXPECT_TRUE(found[0].models.empty());
    EXPECT_NE(role_text(recording, found[0]).find("the check is blind"), std::string::npos);
    EXPECT_TRUE(problem.empty());
}

} // namespace

} // namespace faultline::power
