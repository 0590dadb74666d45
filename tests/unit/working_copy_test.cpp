// What a run does to its working directory is taken back, however little of it is copied again: after many runs that do
// anything at random the copy cannot be told from a new one.
#include "explore/working_copy.hpp"
#include "own_directory.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <random>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace faultline::explore {

namespace {

namespace fs = std::filesystem;

void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::trunc) << text; }

std::string content(const std::string& path)
{
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// All that a program can see of a directory, but what is never the same twice (inodes, times of change), in its order.
void list(const std::string& path, const std::string& name, std::string& all)
{
    for (const auto& each : names_in(path)) {
        const auto at = fmt::format("{}/{}", path, each);
        struct stat status {};
        ASSERT_EQ(::lstat(at.c_str(), &status), 0);
        const auto read = S_ISLNK(status.st_mode) ? 0 : status.st_atim.tv_sec; // a link that is copied is read
        all += fmt::format("{}/{} {:o} {} {} {} {} {}\n", name, each, status.st_mode, status.st_uid, read,
                           status.st_mtim.tv_sec, status.st_mtim.tv_nsec, ::llistxattr(at.c_str(), nullptr, 0));
        if (S_ISDIR(status.st_mode)) list(at, fmt::format("{}/{}", name, each), all);
        if (S_ISREG(status.st_mode)) all += content(at) + "\n";
        if (S_ISLNK(status.st_mode)) all += fs::read_symlink(at).string() + "\n";
    }
}

class WorkingCopyOf : public ::testing::Test {
protected:
    WorkingCopyOf()
    {
        ::umask(022);
        for (const auto* const each : {"/original", "/original/a", "/original/a/b", "/original/empty", "/copy", "/new"})
            fs::create_directory(root_ + each);
        for (const auto* const each : {"/z", "/y", "/a/1", "/a/2", "/a/3", "/a/b/deep", "/x"})
            write(root_ + "/original" + each, std::string("this is ") + each);
        fs::create_symlink("y", root_ + "/original/link");
        ::chmod((root_ + "/original/a/2").c_str(), 0640);
        // Times long ago: a read is noted then.
        for (const auto& each : fs::recursive_directory_iterator(root_ + "/original")) {
            const timespec times[2] = {{1'000'000'000, 0}, {1'100'000'000, 5}};
            ::utimensat(AT_FDCWD, each.path().c_str(), times, AT_SYMLINK_NOFOLLOW);
        }
    }

    std::string listed(const std::string& directory)
    {
        std::string all;
        list(root_ + directory, "", all);
        return all;
    }
    /// What a run does, then whether the copy is as a new one.
    void run(const std::function<void()>& does)
    {
        does();
        copy_.touched();
        ASSERT_EQ(copy_.refresh(), "");
        empty_directory(root_ + "/new");
        ASSERT_EQ(copy_tree(root_ + "/original", root_ + "/new", "", {}), "");
        // The listing reads, so that times of reading are compared once, before it.
        ASSERT_EQ(listed("/copy"), listed("/new"));
        EXPECT_FALSE(fs::exists(root_ + "/aside"));
    }
    std::uint64_t inode(const std::string& name) { return stamp_of(root_ + "/copy" + name).inode; }

    test::OwnDirectory directory_;
    const std::string root_ = directory_.path();
    const std::string at_ = root_ + "/copy";
    WorkingCopy copy_{root_ + "/original", root_ + "/copy", root_ + "/aside", {}};
};

TEST_F(WorkingCopyOf, LeavesWhereItIsWhatNoRunTouched)
{
    run([] {});
    const auto untouched = inode("/a/b/deep"), moved = inode("/y"), written = inode("/x");
    run([this] { write(at_ + "/x", "this is /z"); });
    EXPECT_EQ(inode("/a/b/deep"), untouched);
    EXPECT_EQ(inode("/y"), moved);
    EXPECT_NE(inode("/x"), written);
}

TEST_F(WorkingCopyOf, SeesAStoreIntoAMappingThatNoTimeTellsOf)
{
    run([] {});
    run([this] {
        const int fd = ::open((at_ + "/a/1").c_str(), O_RDWR);
        auto* const bytes = static_cast<char*>(::mmap(nullptr, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
        ASSERT_NE(bytes, MAP_FAILED);
        ASSERT_EQ(bytes[0], 't'); // once it was read, the store makes no fault
        bytes[0] = 'T';
        ::munmap(bytes, 4);
        ::close(fd);
    });
}

TEST_F(WorkingCopyOf, TakesBackWhatShowsInNoContents)
{
    run([] {});
    run([this] { content(at_ + "/a/3"); });                                                    // a time of reading
    run([this] { static_cast<void>(std::distance(fs::directory_iterator(at_ + "/a"), {})); }); // of a directory
    run([this] { ::chmod((at_ + "/a/b").c_str(), 0711); });                                    // a mode
    run([this] { ::chmod(at_.c_str(), 0700); });                                // of the directory itself
    run([this] { ::setxattr((at_ + "/z").c_str(), "user.a", "b", 1, 0); });     // an attribute
    run([this] { ::setxattr((at_ + "/empty").c_str(), "user.a", "b", 1, 0); }); // of a directory
    run([this] { ::utimensat(AT_FDCWD, (at_ + "/z").c_str(), nullptr, 0); });   // the times
    run([this] { fs::create_hard_link(at_ + "/z", at_ + "/a/z"); });            // a second name
    run([this] {                                                                // another order of names
        fs::rename(at_ + "/z", at_ + "/zz");
        fs::rename(at_ + "/zz", at_ + "/z");
    });
    struct stat status {};
    ASSERT_EQ(::stat(at_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0755U);
}

TEST_F(WorkingCopyOf, TakesBackWhateverARunDoes)
{
    run([] {});
    std::mt19937 generator(7);
    const auto any = [&generator](auto most) { return generator() % most; };
    for (int round = 0; round < 100; ++round) {
        SCOPED_TRACE(round);
        run([&] {
            for (auto deeds = any(6U); deeds > 0; --deeds) {
                std::vector<fs::path> all;
                for (const auto& each :
                     fs::recursive_directory_iterator(at_, fs::directory_options::skip_permission_denied))
                    all.push_back(each.path());
                if (all.empty()) break;
                std::error_code error;
                const auto one = all[any(all.size())], other = all[any(all.size())];
                switch (any(9U)) {
                case 0:
                    fs::remove_all(one, error);
                    break;
                case 1:
                    fs::rename(one, other, error);
                    break;
                case 2:
                    write((fs::is_directory(one, error) ? one / "n" : one).string(), std::to_string(any(3U)));
                    break;
                case 3:
                    ::chmod(one.c_str(), static_cast<mode_t>(any(01000U)));
                    break;
                case 4:
                    fs::create_directory(one / "d", error);
                    break;
                case 5:
                    fs::create_symlink(other, one / "s", error);
                    break;
                case 6:
                    fs::create_hard_link(one, at_ + "/" + std::to_string(any(5U)), error);
                    break;
                case 7:
                    fs::rename(one, at_ + "/a/" + std::to_string(any(5U)), error);
                    break;
                default:
                    if (fs::is_regular_file(one, error)) content(one.string());
                }
            }
        });
        if (HasFatalFailure()) return;
    }
}

TEST_F(WorkingCopyOf, NothingIsEmptiedAfterEachRun)
{
    WorkingCopy none("", root_ + "/empty", root_ + "/aside", {});
    fs::create_directory(root_ + "/empty");
    for (int round = 0; round < 2; ++round) {
        ASSERT_EQ(none.refresh(), "");
        EXPECT_TRUE(names_in(root_ + "/empty").empty());
        fs::create_directories(root_ + "/empty/a/b");
        none.touched();
    }
}

} // namespace

} // namespace faultline::explore
