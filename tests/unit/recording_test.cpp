// A recording that is written comes back the same; one that is damaged is refused, with the place.
#include "door/record_writer.hpp"
#include "own_directory.hpp"
#include "report/text_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace faultline::door {
namespace {

class RecordingFiles : public testing::Test {
protected:
    static Inode inode(std::uint32_t id)
    {
        Inode inode;
        inode.id = static_cast<InodeId>(id);
        inode.existed = id == 1;
        inode.device = 2049;
        inode.number = std::uint64_t{1} << 40;
        inode.size = id;
        inode.attributes = {0100644, 1000, 4294967294U, -5, {{"user.k", std::string("\0v", 2)}}};
        return inode;
    }

    void write()
    {
        RecordWriter writer(directory_);
        const std::vector<std::string> command{"prog", "", "a\nb"};
        writer.start(command, "/where");
        writer.inode(inode(1));
        writer.inode(inode(2));
        writer.root({"/root", InodeId{1}});
        writer.entry({{InodeId{1}, "na\nme\xff"}, InodeId{2}});
        auto kept = inode(2);
        kept.size = 5000;
        kept.content.emplace_back(4096, writer.store("before"));
        writer.kept(kept);
        operation_.did = Did::write;
        operation_.begin = 3;
        operation_.end = std::uint64_t{1} << 60;
        operation_.pid = 12;
        operation_.tid = -1;
        operation_.thread = "1.2";
        writer.site({{"/bin/other", 1}});
        operation_.site = writer.site({{"/lib/libc.so.6", 0x1234}, {"/bin/prog", UINT64_MAX}});
        operation_.call = "pwrite64";
        operation_.inode = InodeId{2};
        operation_.replaced = InodeId{1};
        operation_.device = 2049;
        operation_.from = {InodeId{1}, "from"};
        operation_.to = {InodeId{1}, "to"};
        operation_.offset = UINT64_MAX;
        operation_.size = 4;
        operation_.flags = 0xffffffff;
        operation_.bytes = writer.store("data");
        operation_.attributes = inode(2).attributes;
        operation_.value = INT64_MIN;
        operation_.synchronous = true;
        operation_.path = "/root/x";
        writer.operation(operation_);
        writer.finish();
    }

    std::string log() const { return report::content_of(directory_ + "/log"); }
    void set_log(const std::string& bytes) const { std::ofstream(directory_ + "/log", std::ios::binary) << bytes; }

    std::string complaint() const
    {
        try {
            (void)Recording::read(directory_);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }

    test::OwnDirectory own_;
    const std::string& directory_ = own_.path();
    Operation operation_;
};

TEST_F(RecordingFiles, ComeBackTheSame)
{
    write();
    const auto recording = Recording::read(directory_);
    EXPECT_EQ(recording.command, (std::vector<std::string>{"prog", "", "a\nb"}));
    EXPECT_EQ(recording.working_directory, "/where");
    ASSERT_EQ(recording.roots.size(), 1U);
    EXPECT_EQ(recording.roots[0].path, "/root");
    EXPECT_EQ(recording.roots[0].inode, InodeId{1});
    ASSERT_EQ(recording.entries.size(), 1U);
    EXPECT_EQ(recording.entries[0].at.name, "na\nme\xff");
    EXPECT_EQ(recording.entries[0].inode, InodeId{2});
    ASSERT_EQ(recording.inodes.size(), 3U);
    EXPECT_TRUE(recording.inodes[1].existed);
    EXPECT_FALSE(recording.inodes[1].content_kept);
    EXPECT_EQ(recording.inodes[1].attributes, inode(1).attributes);
    EXPECT_EQ(recording.inodes[1].number, std::uint64_t{1} << 40);
    EXPECT_FALSE(recording.inodes[2].existed);
    EXPECT_TRUE(recording.inodes[2].content_kept);
    EXPECT_EQ(recording.inodes[2].size, 5000U);
    ASSERT_EQ(recording.inodes[2].content.size(), 1U);
    EXPECT_EQ(recording.inodes[2].content[0].first, 4096U);
    EXPECT_EQ(recording.data(recording.inodes[2].content[0].second), "before");
    ASSERT_EQ(recording.operations.size(), 1U);
    const auto& back = recording.operations[0];
    EXPECT_EQ(back.did, Did::write);
    EXPECT_EQ(back.begin, 3U);
    EXPECT_EQ(back.end, std::uint64_t{1} << 60);
    EXPECT_EQ(back.pid, 12);
    EXPECT_EQ(back.tid, -1);
    EXPECT_EQ(back.thread, "1.2");
    ASSERT_EQ(recording.sites.size(), 3U);
    EXPECT_EQ(recording.sites.at(back.site),
              (std::vector<report::Address>{{"/lib/libc.so.6", 0x1234}, {"/bin/prog", UINT64_MAX}}));
    EXPECT_EQ(back.call, "pwrite64");
    EXPECT_EQ(back.inode, InodeId{2});
    EXPECT_EQ(back.replaced, InodeId{1});
    EXPECT_EQ(back.device, 2049U);
    EXPECT_EQ(back.from.name, "from");
    EXPECT_EQ(back.to.name, "to");
    EXPECT_EQ(back.offset, UINT64_MAX);
    EXPECT_EQ(back.size, 4U);
    EXPECT_EQ(back.flags, 0xffffffffU);
    EXPECT_EQ(recording.data(back.bytes), "data");
    EXPECT_EQ(back.attributes, inode(2).attributes);
    EXPECT_EQ(back.value, INT64_MIN);
    EXPECT_TRUE(back.synchronous);
    EXPECT_EQ(back.path, "/root/x");
}

TEST_F(RecordingFiles, KeepEqualDataOnce)
{
    RecordWriter writer(directory_);
    const std::string bytes(3 << 20, 'x');
    const auto first = writer.store(bytes), other = writer.store("y"), again = writer.store(bytes);
    EXPECT_EQ(first.at, again.at);
    EXPECT_EQ(again.size, bytes.size());
    EXPECT_EQ(other.at, bytes.size());
    EXPECT_EQ(std::filesystem::file_size(directory_ + "/data"), bytes.size() + 1);
}

TEST_F(RecordingFiles, AreRefusedWhereverOneByteIsAnother)
{
    write();
    const auto whole = log();
    ASSERT_EQ(complaint(), "");
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
        set_log(damaged);
        EXPECT_NE(complaint(), "") << at;
    }
}

TEST_F(RecordingFiles, AreRefusedWhereverTheyAreCutOff)
{
    write();
    const auto whole = log();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        set_log(whole.substr(0, size));
        EXPECT_NE(complaint(), "") << size;
    }
    set_log(whole + "more");
    EXPECT_NE(complaint().find("follows the end"), std::string::npos) << complaint();
}

TEST_F(RecordingFiles, SayWhereTheyAreDamaged)
{
    write();
    auto damaged = log();
    damaged[30] = static_cast<char>(damaged[30] ^ 1);
    set_log(damaged);
    EXPECT_EQ(complaint(), directory_ + "/log: at byte 16: the checksum is not that of the record");
    set_log("something else");
    EXPECT_NE(complaint().find("this is no recording"), std::string::npos) << complaint();
    std::filesystem::remove(directory_ + "/log");
    EXPECT_NE(complaint().find("log: No such file"), std::string::npos) << complaint();
}

TEST_F(RecordingFiles, AreRefusedWithoutTheirEnd)
{
    {
        RecordWriter writer(directory_);
        writer.start({}, "/");
        writer.finish();
    }
    const auto whole = log();
    set_log(whole.substr(0, 16));
    EXPECT_NE(complaint().find("was not finished"), std::string::npos) << complaint();
}

TEST_F(RecordingFiles, AreRefusedWithDataMissing)
{
    write();
    std::filesystem::resize_file(directory_ + "/data", 3);
    EXPECT_NE(complaint().find("of 'data', which has 3"), std::string::npos) << complaint();
}

TEST(RecordWriter, SaysWhatItCannotWrite)
{
    try {
        RecordWriter writer("/nowhere");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()), "/nowhere/log: No such file or directory");
    }
}

} // namespace
} // namespace faultline::door
