// A store whose save has to survive a full disk at every single call that it makes: what was there before is there
// after.
#include <faultline/faultline_gtest.hpp>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace {

/// A text in a file. save() writes a new file and puts it in the place of the old one, so that a reader finds either.
class Store {
public:
    explicit Store(std::string path) : path_(std::move(path)) {}

    /// False where it could not be saved; the old text is still there then.
    [[nodiscard]] bool save(const std::string& text) const
    {
        const std::string draft = path_ + ".new";
        const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd < 0) return false;
        bool good = true;
        for (std::size_t at = 0; good && at < text.size();) {
            const auto written = ::write(fd, text.data() + at, std::min<std::size_t>(text.size() - at, 8));
            good = written > 0;
            if (good) at += static_cast<std::size_t>(written);
        }
        good = ::fsync(fd) == 0 && good;
        good = ::close(fd) == 0 && good;
        if (good && ::rename(draft.c_str(), path_.c_str()) == 0) return true;
        ::unlink(draft.c_str());
        return false;
    }

    [[nodiscard]] std::string load() const
    {
        std::ifstream file(path_);
        return {std::istreambuf_iterator<char>(file), {}};
    }

private:
    std::string path_;
};

class StoreTest : public faultline::Test {
protected:
    StoreTest() : directory_(testing::TempDir() + "faultline-store-" + std::to_string(::getpid()))
    {
        std::filesystem::create_directories(directory_);
    }
    ~StoreTest() override { std::filesystem::remove_all(directory_); }

    std::string directory_;
};

TEST_F(StoreTest, SurvivesAFullDiskAtEveryCall)
{
    const Store store(directory_ + "/data");
    ASSERT_TRUE(store.save("the old text"));

    std::string expected = "the old text";
    const auto survey = faultline::for_each_failure(
        [&] {
            const bool saved = store.save("a new text of some length");
            if (saved) expected = "a new text of some length";
            EXPECT_EQ(store.load(), expected);
            EXPECT_FALSE(std::filesystem::exists(directory_ + "/data.new"));
        },
        {.name = "full", .functions = {"open", "write", "fsync", "close", "rename"}, .error = ENOSPC});

    EXPECT_EQ(survey.failures, 8U); // open, four writes, fsync, close, rename
    EXPECT_TRUE(survey.survived());
    EXPECT_EQ(store.load(), "a new text of some length");
}

TEST_F(StoreTest, SaysThatItCouldNotSave)
{
    const Store store(directory_ + "/data");
    const auto scope = faultline::process().scope({{.name = "full", .functions = {"write"}, .error = ENOSPC, .on = 2}});
    EXPECT_FALSE(store.save("a text of some length"));
    EXPECT_FAULTS(scope, 1);
}

} // namespace
