// Whether the models ext4 and ext4-noauto are right: the power of a real ext4 is cut at every moment of a run, and what it then
// holds has to be among the disks that the model allows. Each moment twice: at once, and with the journal committed before.
// Needs root and a loop device; elsewhere skipped, with the reason.
#include "../unit/ext4_experiments.hpp"
#include "../unit/power_trees.hpp"
#include "doer.hpp"
#include "door/recorder.hpp"
#include "power/state_directory.hpp"
#include "real_ext4.hpp"
#include "report/text_file.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <unistd.h>

namespace faultline::test {

namespace fs = std::filesystem;
using power::MadeRecording, power::never, power::State;

namespace {

struct Mount {
    const char* options;
    const char* model;
};
constexpr Mount mounts[] = {{"dioread_lock", "ext4"}, {"", "ext4-race"}, {"noauto_da_alloc", "ext4-noauto"}};

/// A run, with what there was before it.
class RecordedRun {
public:
    explicit RecordedRun(const door::Recording& recording)
        : recording_(recording), micros_(power::cut(recording)), disks_(recording, micros_),
          sources_(power::sources(disks_, disks_.tree({.cut = micros_.operations()})))
    {}

    [[nodiscard]] const door::Recording& recording() const { return recording_; }
    [[nodiscard]] std::uint32_t operations() const { return micros_.operations(); }
    /// `directory` is empty.
    void lay_out_before(const std::string& directory)
    {
        sources_[recording_.roots.front().inode] = directory;
        if (const auto wrong = power::lay_out(disks_, disks_.tree({}), sources_, {directory}); !wrong.empty())
            throw std::runtime_error(wrong);
    }

private:
    const door::Recording& recording_;
    power::MicroOperations micros_;
    power::Disks disks_;
    power::Sources sources_;
};

/// What a cut left of the first operations of a run, and all that the model says of it.
class Case {
public:
    /// Does them, on what was before.
    Case(RecordedRun& run, std::uint32_t count, bool commits, RealExt4& ext4, const char* model)
        : recording_(run.recording())
    {
        recording_.operations.resize(count);
        if (commits) commit();
        recording_.roots.front().path = ext4.directory() + "/r";
        micros_ = power::cut(recording_);
        disks_ = std::make_unique<power::Disks>(recording_, micros_);
        model_ = power::model(*power::model_named(model), recording_, micros_);
        fs::remove_all(root());
        fs::create_directory(root());
        run.lay_out_before(root());
        ext4.sync();
        {
            Doer doer(recording_, root());
            for (const auto& operation : recording_.operations)
                doer.take(operation);
            ext4.cut_power();
        }
        ext4.mount_again();
    }

    /// Empty: the model allows what is there. Else in what it differs from what is nearest to it of all that the model allows.
    /// `least`: it is as little as the model allows.
    [[nodiscard]] std::vector<std::string> outside(bool& least) const
    {
        auto nearest = compared(least_from(0));
        least = nearest.empty();
        // Somebody's sync of the whole machine: all is there up to some moment.
        for (std::uint32_t from = 1; from <= micros_.operations() && !nearest.empty(); ++from)
            if (compared(least_from(from)).empty()) return {};
        auto state = least_from(0);
        for (std::size_t i = 0; i < state.lost.size() && !nearest.empty();) {
            auto more = state;
            bring_back(more, state.lost[i]);
            auto differences = compared(more);
            if (differences.size() >= nearest.size()) {
                ++i;
                continue;
            }
            nearest = std::move(differences);
            state = std::move(more);
            i = 0;
        }
        EXPECT_TRUE(power::legal(model_, micros_, state));
        return nearest;
    }
    [[nodiscard]] std::string text() const
    {
        std::set<std::string> files;
        for (const auto& entry : fs::recursive_directory_iterator(root()))
            if (entry.is_regular_file()) {
                const auto path = entry.path().lexically_relative(root()).string();
                files.insert(path + "=" + power::runs(report::content_of(entry.path())));
            }
        return fmt::format("{}", fmt::join(files, " "));
    }

private:
    [[nodiscard]] const std::string& root() const { return recording_.roots.front().path; }
    /// Another file's fsync commits the journal.
    void commit()
    {
        door::Inode inode;
        inode.id = static_cast<door::InodeId>(recording_.inodes.size());
        inode.device = recording_.inodes.at(static_cast<std::size_t>(recording_.roots.front().inode)).device;
        inode.attributes.mode = S_IFREG | 0600;
        recording_.inodes.push_back(inode);
        door::Operation operation;
        operation.did = door::Did::create;
        operation.inode = inode.id;
        operation.device = inode.device;
        operation.to = {recording_.roots.front().inode, "y"};
        operation.attributes = inode.attributes;
        operation.begin = operation.end = recording_.operations.empty() ? 1 : recording_.operations.back().end + 1;
        recording_.operations.push_back(operation);
        operation.did = door::Did::sync;
        operation.begin = operation.end = operation.end + 1;
        recording_.operations.push_back(operation);
    }

    /// What was done before an operation is there, and of the rest only what has to be.
    [[nodiscard]] State least_from(std::uint32_t operation) const
    {
        std::vector<std::uint32_t> rest(micros_.all.size() - micros_.first[operation]);
        std::iota(rest.begin(), rest.end(), micros_.first[operation]);
        const auto end = micros_.operations();
        return {.cut = end, .lost = power::lose(model_, micros_, end, rest)};
    }
    /// It is on the disk, with all that it needs.
    void bring_back(State& state, std::uint32_t micro) const
    {
        if (std::erase(state.lost, micro) == 0) return;
        for (const auto needed : model_.needs[micro])
            bring_back(state, needed);
    }
    [[nodiscard]] std::vector<std::string> compared(const State& state) const
    {
        return power::differences(*disks_, disks_->tree(state), {});
    }

    door::Recording recording_;
    power::MicroOperations micros_;
    std::unique_ptr<power::Disks> disks_;
    power::Model model_;
};

class Ext4 : public testing::Test {
protected:
    void SetUp() override
    {
        if (const auto why = RealExt4::obstacle(); !why.empty()) GTEST_SKIP() << why;
        ::umask(0);
    }
};

class Ext4Experiment : public Ext4, public testing::WithParamInterface<power::Experiment> {};

TEST_P(Ext4Experiment, LeavesWhatTheModelSays)
{
    for (const auto& mount : mounts) {
        RealExt4 ext4(mount.options);
        MadeRecording made;
        GetParam().make(made);
        RecordedRun run(made.get());
        const bool flushes = std::string_view(mount.model) != "ext4-noauto";
        const auto said = flushes ? GetParam().by_default : GetParam().without_auto_da_alloc;
        // Another process may have the whole machine synced in between, or the commit come before the data.
        std::string text;
        for (int attempt = 0; attempt < 20 && text != said; ++attempt) {
            const Case one(run, run.operations(), GetParam().commits, ext4, mount.model);
            bool least = false;
            EXPECT_EQ(one.outside(least), std::vector<std::string>{}) << mount.model;
            text = one.text();
        }
        EXPECT_EQ(text, said) << mount.model;
    }
}

TEST_F(Ext4, AWrongModelIsToldApart)
{
    RealExt4 ext4("noauto_da_alloc");
    MadeRecording made;
    power::experiment("E1").make(made);
    RecordedRun run(made.get());
    const Case one(run, run.operations(), true, ext4, "ext4");
    bool least = false;
    EXPECT_EQ(one.outside(least).size(), 1U);
}

// What the rules of a sync that failed say (plans: after_failure = "keep").
TEST_F(Ext4, TakesWhatASyncFailedToWriteForWritten)
{
    RealExt4 ext4("");
    const auto path = ext4.directory() + "/f";
    const auto open = [&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600); };
    const auto write_in_vain = [&](int fd) { // and then the disk is whole again
        ASSERT_EQ(::pwrite(fd, "old", 3, 0), 3);
        ASSERT_EQ(::fsync(fd), 0);
        ext4.break_first_block(fd);
        ASSERT_EQ(::pwrite(fd, "new", 3, 0), 3);
        EXPECT_EQ(::fsync(fd), -1);
        ext4.heal();
    };
    int fd = open();
    ASSERT_NO_FATAL_FAILURE(write_in_vain(fd));
    EXPECT_EQ(::fsync(fd), 0);
    EXPECT_EQ(report::content_of(path), "new") << "in memory it is";
    ext4.cut_power();
    ::close(fd);
    ext4.mount_again();
    EXPECT_NE(report::content_of(path), "new") << "no later sync has written it";

    fd = open(); // once more, but now the page is written to after the failure
    ASSERT_NO_FATAL_FAILURE(write_in_vain(fd));
    ASSERT_EQ(::pwrite(fd, "!", 1, 3), 1);
    EXPECT_EQ(::fsync(fd), 0);
    ext4.cut_power();
    ::close(fd);
    ext4.mount_again();
    EXPECT_EQ(report::content_of(path), "new!");
}

// What after_failure = "revert" does at once: it comes of "keep" where memory is short.
TEST_F(Ext4, HasWhatWasSyncedAgainWhereAPageLeavesMemory)
{
    RealExt4 ext4("");
    const auto path = ext4.directory() + "/f";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(::pwrite(fd, "old", 3, 0), 3);
    ASSERT_EQ(::fsync(fd), 0);
    ext4.break_first_block(fd);
    ASSERT_EQ(::pwrite(fd, "new", 3, 0), 3);
    EXPECT_EQ(::fsync(fd), -1);
    EXPECT_EQ(report::content_of(path), "new");
    ext4.heal();
    ASSERT_EQ(::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
    EXPECT_NE(report::content_of(path), "new");
    EXPECT_EQ(::fsync(fd), 0);
    ::close(fd);
}

INSTANTIATE_TEST_SUITE_P(, Ext4Experiment, testing::ValuesIn(power::experiments),
                         [](const auto& each) { return std::string(each.param.name); });

struct Program {
    const char* name;
    const char* needs; // a program
    const char* before;
    const char* command;
};

constexpr Program programs[] = {
    {"Sed", "sed", "seq 2000 >f", "sed -i s/1/x/ f"},
    {"Perl", "perl", "seq 2000 >f", "perl -i -pe s/1/x/ f"},
    {"CopyOver", "cp", "seq 2000 >f; seq 9000 >g", "cp g f"},
    {"Shell", "sh", "seq 100 >f", "seq 50 >>f; seq 3000 >g; mkdir d; mv g d/h; ln d/h i; rm f; seq 10 >i"},
    {"Replace", "perl", "seq 2000 >f",
     "perl -MIO::Handle -e 'open F, q(>), q(t); print F q(n) x 9999; F->flush; F->sync; close F; rename q(t), q(f)'"},
    {"Dd", "dd", "seq 2000 >f",
     "dd if=/dev/zero of=f bs=900 count=9 conv=notrunc,fdatasync status=none; dd if=/dev/zero of=g bs=4k count=3 "
     "oflag=dsync status=none; truncate -s 5000 g"},
    {"Tar", "tar", "seq 2000 >f; tar cf a.tar f; echo old >f", "tar xf a.tar"},
    {"Git", "git",
     "git init -q . && git config user.name a && git config user.email a@a && seq 9 >f && git add f && git commit -qm "
     "one",
     "seq 2000 >g && git add g && git commit -qm two"},
    {"GitFsyncAll", "git",
     "git init -q . && git config user.name a && git config user.email a@a && git config core.fsync all && seq 9 >f && "
     "git add f && git commit -qm one",
     "seq 2000 >g && git add g && git commit -qm two"},
    {"SqliteDelete", "sqlite3", "sqlite3 d.db 'create table t(x); insert into t values(1)'",
     "sqlite3 d.db 'insert into t values(2); insert into t values(zeroblob(20000))'"},
    {"SqliteWal", "sqlite3", "sqlite3 d.db 'pragma journal_mode=wal; create table t(x); insert into t values(1)'",
     "sqlite3 d.db 'insert into t values(2); insert into t values(zeroblob(20000))'"},
};

void PrintTo(const Program& program, std::ostream* out) { *out << program.command; }

class Ext4Program : public Ext4, public testing::WithParamInterface<Program> {};

TEST_P(Ext4Program, LeavesAtEachMomentWhatTheModelAllows)
{
    const auto& program = GetParam();
    if (std::system(fmt::format("command -v {} >/dev/null", program.needs).c_str()) != 0)
        GTEST_SKIP() << "there is no " << program.needs << " here";
    const auto root = fmt::format("{}/{}", OwnFileSystem::own_directory(), program.name);
    const auto log = root + ".recording";
    fs::create_directory(root);
    fs::create_directory(log);
    const auto home = fs::current_path();
    fs::current_path(root);
    ::setenv("HOME", root.c_str(), 1);
    ASSERT_EQ(std::system(program.before), 0);
    const auto recorded = door::record({{"/bin/sh", "-c", program.command}, {root}, log});
    fs::current_path(home);
    ASSERT_EQ(recorded.problem, "");
    ASSERT_EQ(recorded.exit_status(), 0);
    const auto recording = door::Recording::read(log);
    RecordedRun run(recording);
    unsigned all = 0, least = 0;
    for (const auto& mount : mounts) {
        RealExt4 ext4(mount.options);
        for (std::uint32_t count = 0; count <= run.operations(); ++count)
            for (const bool commits : {false, true}) {
                const Case one(run, count, commits, ext4, mount.model);
                bool is_least = false;
                EXPECT_EQ(one.outside(is_least), std::vector<std::string>{})
                    << mount.model << ", after " << count << " of " << run.operations() << " operations"
                    << (commits ? " and a commit" : "");
                ++all;
                least += is_least ? 1 : 0;
            }
    }
    std::cout << fmt::format("{}: {} operations, {} cuts, {} left the least that the model allows\n", program.name,
                             run.operations(), all, least);
    EXPECT_GT(least, all / 2) << "what the models allow to be lost is not lost";
}

INSTANTIATE_TEST_SUITE_P(, Ext4Program, testing::ValuesIn(programs),
                         [](const auto& each) { return std::string(each.param.name); });

} // namespace

} // namespace faultline::test
