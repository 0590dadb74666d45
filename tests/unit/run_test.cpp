// Runs of real programs through run(), which needs the library that is built beside these tests. What a test waits for is
// a file or a descriptor, never a time.
#include "own_directory.hpp"
#include "report/text_file.hpp"
#include "run/run.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace faultline;
using run::Request, run::Outcome;

constexpr std::int64_t second = 1'000'000'000;

/// A directory of its own for each test, and the library.
class Run : public testing::Test {
protected:
    Run() { ::setenv("FAULTLINE_LIBRARY", FAULTLINE_BUILT_LIBRARY, 1); }

    [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }
    [[nodiscard]] Request shell(const std::string& script) const
    {
        Request request;
        request.command = {"/bin/sh", "-c", script};
        request.directory = directory_;
        request.contained = true;
        request.patience_ns = 0;
        return request;
    }
    [[nodiscard]] static std::shared_ptr<const run::RunPlan> plan(const std::string& fault)
    {
        auto made = std::make_shared<run::RunPlan>(run::make_run_plan("", {fault}, "1"));
        EXPECT_TRUE(made->mistakes.empty());
        return made;
    }
    [[nodiscard]] static bool gone(pid_t pid) { return ::kill(pid, 0) != 0 && errno == ESRCH; }

private:
    test::OwnDirectory own_;
    const std::string& directory_ = own_.path();
};

TEST_F(Run, TellsTheStatusOfAProgramWithoutPlan)
{
    const auto outcome = run::run(shell("exit 3"));
    ASSERT_FALSE(outcome.refusal);
    EXPECT_EQ(WEXITSTATUS(outcome.status), 3);
    EXPECT_EQ(outcome.armed, run::Armed::without_plan);
    EXPECT_GE(outcome.ended_ns, outcome.started_ns);
    EXPECT_TRUE(outcome.records.all.empty());
    EXPECT_FALSE(outcome.timed_out);
}

TEST_F(Run, GivesFilesForTheStandardStreams)
{
    std::ofstream(path("in")) << "from a file\n";
    auto request = shell("cat; echo complaint >&2");
    request.input = path("in");
    request.output = path("out");
    request.error = path("err");
    ASSERT_FALSE(run::run(request).refusal);
    EXPECT_EQ(report::content_of(path("out")), "from a file\n");
    EXPECT_EQ(report::content_of(path("err")), "complaint\n");
}

TEST_F(Run, ChangesEnvironmentDirectoryAndLimits)
{
    ::setenv("FAULTLINE_TEST_UNWANTED", "there", 1);
    auto request = shell("echo ${ADDED-} ${FAULTLINE_TEST_UNWANTED-gone} $(ulimit -n) $(ulimit -t); pwd -P");
    request.environment = {"ADDED=new"};
    request.unset = {"FAULTLINE_TEST_UNWANTED"};
    request.limits.descriptors = 37;
    request.limits.processor_s = 41;
    request.output = path("out");
    ASSERT_FALSE(run::run(request).refusal);
    ::unsetenv("FAULTLINE_TEST_UNWANTED");
    EXPECT_EQ(report::content_of(path("out")),
              "new gone 37 41\n" + std::filesystem::canonical(request.directory).string() + "\n");
}

TEST_F(Run, RecordsWhatStruck)
{
    std::ofstream(path("in")) << "text";
    auto request = shell("exec dd if=in of=copy status=none");
    request.plan = plan("write:errno=ENOSPC");
    request.error = path("err");
    const auto outcome = run::run(request);
    ASSERT_FALSE(outcome.refusal);
    EXPECT_EQ(outcome.armed, run::Armed::yes);
    EXPECT_EQ(WEXITSTATUS(outcome.status), 1);
    ASSERT_EQ(outcome.records.all.size(), 2U); // sh, then dd
    const auto& dd = outcome.records.all.back();
    EXPECT_EQ(dd.program, "dd");
    EXPECT_EQ(dd.pid, outcome.pid);
    EXPECT_EQ(dd.exit.how, report::Exit::How::exited);
    EXPECT_EQ(dd.exit.status, 1);
    ASSERT_EQ(dd.faults.size(), 1U);
    ASSERT_FALSE(dd.events.empty());
    EXPECT_EQ(dd.events.front().error, report::Named("ENOSPC"));
    EXPECT_EQ(dd.events.front().function, "write");
    EXPECT_TRUE(outcome.files.empty()); // they went with the run's directory
}

TEST_F(Run, TimeLimitKillsTheWholeTree)
{
    // A grandchild, a session of its own, and the program itself would all stay for ever.
    auto request = shell("sleep 1000 & echo $! >>pids; (setsid sleep 1000 & echo $! >>pids); echo $$ >>pids; : >all; "
                         "exec sleep 1000");
    request.limits.real_ns = 2 * second;
    const auto outcome = run::run(request);
    ASSERT_FALSE(outcome.refusal);
    EXPECT_TRUE(outcome.timed_out);
    EXPECT_TRUE(WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGKILL);
    std::ifstream pids(path("pids"));
    int seen = 0;
    for (pid_t pid = 0; pids >> pid; ++seen)
        EXPECT_TRUE(gone(pid)) << pid;
    EXPECT_EQ(seen, 3);
}

TEST_F(Run, FindsAndKillsWhatIsLeft)
{
    auto request = shell("sleep 1000 & echo $! >pid; until [ \"$(cat /proc/$!/comm)\" = sleep ]; do :; done; exit 4");
    const auto outcome = run::run(request);
    ASSERT_FALSE(outcome.refusal);
    EXPECT_EQ(WEXITSTATUS(outcome.status), 4);
    ASSERT_EQ(outcome.left.size(), 1U);
    EXPECT_EQ(outcome.left.front().name, "sleep");
    EXPECT_EQ(std::to_string(outcome.left.front().pid) + "\n", report::content_of(path("pid")));
    EXPECT_TRUE(gone(outcome.left.front().pid));
}

TEST_F(Run, LeavesADaemonAloneWhereItIsNotContained)
{
    auto request = shell("sleep 1000 >/dev/null 2>&1 & :");
    request.contained = false;
    const auto outcome = run::run(request);
    ASSERT_EQ(outcome.left.size(), 1U);
    EXPECT_EQ(::kill(outcome.left.front().pid, SIGKILL), 0); // it was there
}

TEST_F(Run, StopEndsAContainedRun)
{
    ASSERT_EQ(::mkfifo(path("up").c_str(), 0600), 0);
    auto launch = run::start(shell("echo $$ >up; exec sleep 1000"));
    pid_t pid = 0;
    std::ifstream(path("up")) >> pid; // waits for the program
    EXPECT_FALSE(launch.update());
    launch.stop();
    const auto outcome = launch.finish();
    EXPECT_EQ(outcome.pid, pid);
    EXPECT_TRUE(WIFSIGNALED(outcome.status));
    EXPECT_TRUE(gone(pid));
}

TEST_F(Run, SeveralGoOnAtOnceInOneThread)
{
    constexpr int count = 6;
    // Each waits for all others: one after the other they would never end.
    std::vector<run::Launch> launches;
    for (int i = 0; i < count; ++i) {
        auto request =
            shell(": >here." + std::to_string(i) +
                  "; until [ $(ls here.* | wc -l) = 6 ]; do :; done; sleep 1000 & exit " + std::to_string(i));
        request.plan = plan("write:EIO,on=1000");
        launches.push_back(run::start(request));
    }
    std::vector<bool> over(count);
    while (std::ranges::count(over, true) != count) {
        std::vector<pollfd> all;
        for (int i = 0; i < count; ++i)
            if (!over[static_cast<std::size_t>(i)])
                all.push_back({launches[static_cast<std::size_t>(i)].descriptor(), POLLIN, 0});
        ASSERT_GT(::poll(all.data(), all.size(), -1), 0);
        for (std::size_t i = 0; i < count; ++i)
            over[i] = over[i] || launches[i].update();
    }
    for (int i = 0; i < count; ++i) {
        const auto outcome = launches[static_cast<std::size_t>(i)].finish();
        EXPECT_EQ(WEXITSTATUS(outcome.status), i);
        EXPECT_EQ(outcome.armed, run::Armed::yes);
        ASSERT_EQ(outcome.left.size(), 1U); // its own, and no other run's
        EXPECT_TRUE(gone(outcome.left.front().pid));
    }
}

TEST_F(Run, MayBeCalledFromSeveralThreads)
{
    std::vector<std::thread> threads;
    std::vector<Outcome> outcomes(4);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        threads.emplace_back([&, i] {
            auto request = shell(": >here." + std::to_string(i) +
                                 "; until [ $(ls here.* | wc -l) = 4 ]; do :; done; exit " + std::to_string(i));
            outcomes[i] = run::run(request);
        });
    for (auto& thread : threads)
        thread.join();
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        EXPECT_EQ(WEXITSTATUS(outcomes[i].status), static_cast<int>(i));
}

TEST_F(Run, SaysWhyAProgramDidNotRun)
{
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "TSan makes of vfork a fork, whose child cannot tell by memory why it failed";
#endif
    Request request;
    request.command = {"faultline-no-such-command"};
    EXPECT_EQ(run::run(request).refusal->kind, run::Refusal::Kind::not_found);
    request = shell("exit");
    request.directory = path("missing");
    const auto outcome = run::run(request);
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->kind, run::Refusal::Kind::not_started);
    EXPECT_EQ(outcome.refusal->text, path("missing") + ": No such file or directory");
}

} // namespace
