// The injector behind libc's calls, in programs that are linked with the library.
#include <faultline/faultline_gtest.hpp>

#include <array>
#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <gtest/gtest-spi.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using faultline::process;
using faultline::Type;
using faultline::Where;

const faultline::Faults full = faultline::FaultConfig{.name = "full", .functions = {"write"}, .error = ENOSPC};

/// What write() says now: 0 or its errno.
int writes()
{
    static const int null = ::open("/dev/null", O_WRONLY);
    errno = 0;
    return ::write(null, "x", 1) == 1 ? 0 : errno;
}

class Process : public faultline::Test {};

TEST_F(Process, IsThere) { EXPECT_TRUE(process().active()); }

TEST_F(Process, StrikesForTheLengthOfABlock)
{
    EXPECT_EQ(writes(), 0);
    {
        const auto scope = process().scope(full);
        EXPECT_EQ(writes(), ENOSPC);
        EXPECT_FAULTS(scope, 1);
        const auto events = scope.events();
        ASSERT_EQ(events.size(), 1U);
        EXPECT_EQ(events[0].path, "/dev/null");
        EXPECT_EQ(events[0].error, ENOSPC);
        EXPECT_EQ(events[0].size, 1U);
    }
    EXPECT_EQ(writes(), 0);
}

TEST_F(Process, StrikesItsTwinsToo)
{
    const auto scope = process().scope({{.name = "x", .functions = {"open"}, .error = "EMFILE"}});
    EXPECT_EQ(::open64("/dev/null", O_RDONLY), -1);
    EXPECT_EQ(::open("/dev/null", O_RDONLY), -1);
    EXPECT_EQ(::openat(AT_FDCWD, "/nonexistent", O_RDONLY), -1);
    EXPECT_EQ(errno, ENOENT) << "another function";
    EXPECT_FAULTS(scope, 2);
}

TEST_F(Process, SelectsByPathAndSize)
{
    const int null = ::open("/dev/null", O_WRONLY);
    const int zero = ::open("/dev/zero", O_WRONLY);
    const auto scope =
        process().scope({{.name = "x", .functions = {"write"}, .error = "EIO", .path = {"/dev/null"}, .size = ">= 2"}});
    EXPECT_EQ(::write(null, "ab", 2), -1);
    EXPECT_EQ(::write(zero, "ab", 2), 2);
    EXPECT_EQ(::write(null, "a", 1), 1);
    EXPECT_EQ(::dup2(zero, null), null);
    EXPECT_EQ(::write(null, "ab", 2), 2) << "the descriptor leads somewhere else now";
    ::close(null);
    ::close(zero);
}

TEST_F(Process, FillsADisk)
{
    const int null = ::open("/dev/null", O_WRONLY);
    const auto scope =
        process().scope({{.name = "x", .functions = {"write"}, .error = "ENOSPC", .more = "budget = \"10B\""}});
    EXPECT_EQ(::write(null, "1234", 4), 4);
    EXPECT_EQ(::write(-1, "1234", 4), -1) << "what did not go through is given back";
    EXPECT_EQ(errno, EBADF);
    EXPECT_EQ(::write(null, "1234", 4), 4);
    EXPECT_EQ(::write(null, "1234", 4), 2) << "as a disk that fills";
    EXPECT_EQ(::write(null, "1234", 4), -1);
    EXPECT_EQ(errno, ENOSPC);
    ::close(null);
}

TEST_F(Process, SelectsByCaller)
{
    const auto scope = process().scope(
        {{.name = "x", .functions = {"write"}, .error = "EIO", .more = "caller = \"nobody*\""},
         {.name = "y", .functions = {"write"}, .error = "ENOSPC", .more = "caller = \"interface_tests\""}});
    EXPECT_EQ(writes(), ENOSPC);
}

TEST_F(Process, IsNotSeenByOtherThreads)
{
    const auto scope = process().scope(full);
    int elsewhere = -1;
    std::thread([&] { elsewhere = writes(); }).join();
    EXPECT_EQ(elsewhere, 0);
    EXPECT_EQ(writes(), ENOSPC);
}

TEST_F(Process, KeepsParallelCasesApart)
{
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (const int error : {ENOSPC, EIO, EDQUOT, 0})
        threads.emplace_back([&wrong, error] {
            for (int i = 0; i < 200; ++i) {
                std::optional<faultline::Scope> scope;
                if (error != 0) scope.emplace(process().scope({{.name = "x", .functions = {"write"}, .error = error}}));
                for (int call = 0; call < 5; ++call)
                    if (writes() != error) ++wrong;
                if (scope && scope->triggered() != 5) ++wrong;
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, 0);
}

TEST_F(Process, StrikesEveryThreadWhereAsked)
{
    std::vector<int> said;
    {
        const auto scope = process().scope(full, Where::everywhere);
        std::thread([&] { said.push_back(writes()); }).join();
        said.push_back(writes());
        EXPECT_FAULTS(scope, 2);
    }
    std::thread([&] { said.push_back(writes()); }).join();
    EXPECT_EQ(said, (std::vector<int>{ENOSPC, ENOSPC, 0}));
}

TEST_F(Process, FollowsATaskFromThreadToThread)
{
    const auto scope = process().scope(full, Where::task);
    EXPECT_EQ(writes(), 0);
    std::thread([&] {
        EXPECT_EQ(writes(), 0);
        const auto working = scope.adopt();
        EXPECT_EQ(writes(), ENOSPC);
    }).join();
    {
        const auto working = scope.adopt();
        EXPECT_EQ(writes(), ENOSPC);
    }
    EXPECT_EQ(writes(), 0);
    EXPECT_FAULTS(scope, 2);
}

TEST_F(Process, MayBeginAndEndScopesWhileOtherThreadsAreJudgedByThem)
{
    std::atomic<bool> done{false};
    std::atomic<int> struck{0};
    std::vector<std::thread> threads;
    threads.reserve(3);
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            while (!done)
                if (writes() != 0) ++struck;
        });
    for (int i = 0; i < 300 || struck == 0; ++i) {
        const auto outer = process().scope(full, Where::everywhere);
        const auto inner = process().scope(
            {{.name = "slow", .functions = {"write"}, .type = Type::delay, .probability = 0.5, .delay = 1us}},
            Where::everywhere);
        std::this_thread::yield();
    }
    done = true;
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(writes(), 0);
}

TEST_F(Process, SparesFaultlineItself)
{
    // Every allocation of this thread fails, and a scope is begun, told of and ended all the same.
    const faultline::Faults none = faultline::FaultConfig{.name = "m", .functions = {"@alloc"}, .error = "ENOMEM"};
    char why[200] = "";
    auto* const outer = faultline_begin(faultline_process(), none.toml().c_str(), FAULTLINE_THREAD, 0, why, sizeof why);
    auto* const inner = faultline_begin(faultline_process(), "name='never_seen'\nfunctions=['read']\ntype='errno'\n",
                                        FAULTLINE_THREAD, 0, why, sizeof why);
    void* const memory = std::malloc(1);
    const auto counts = faultline_scope_counts(outer);
    faultline_end(inner);
    faultline_end(outer);
    EXPECT_NE(inner, nullptr) << why;
    EXPECT_EQ(memory, nullptr);
    EXPECT_EQ(counts.triggered, 1U);
}

TEST_F(Process, LeavesAScopeInWhichEveryAllocationFails)
{
    for (const auto where : {Where::thread, Where::everywhere}) {
        const auto before = process().stats().faults_triggered;
        void* volatile memory = nullptr;
        {
            const auto scope = process().scope(
                {{.name = "none", .functions = {"malloc", "calloc", "realloc"}, .error = ENOMEM}}, where);
            memory = ::malloc(10);
        }
        EXPECT_EQ(memory, nullptr);
        memory = ::malloc(10);
        EXPECT_NE(memory, nullptr);
        ::free(memory);
        EXPECT_EQ(process().stats().faults_triggered, before + 1);
    }
}

/// Runs a function on a stack of its own, which no thread may touch afterwards.
void on_passing_stack(void* (*function)(void*), void* argument)
{
    constexpr std::size_t size = 1 << 20;
    void* const stack = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(stack, MAP_FAILED);
    pthread_attr_t attributes;
    ASSERT_EQ(::pthread_attr_init(&attributes), 0);
    ASSERT_EQ(::pthread_attr_setstack(&attributes, stack, size), 0);
    pthread_t thread{};
    ASSERT_EQ(::pthread_create(&thread, &attributes, function, argument), 0);
    ::pthread_join(thread, nullptr);
    ::pthread_attr_destroy(&attributes);
    ::mprotect(stack, size, PROT_NONE); // unmapped, the next would come to lie in its place
}

TEST_F(Process, KnowsTheSiteOfAFunctionWhoseStackOfBeforeIsGone)
{
    faultline::Injector injector;
    injector.add({.name = "own", .functions = {"save"}, .type = Type::exception});
    int caught = 0;
    std::function<void()> save = [&, function = injector.inject("save", [] {})]() mutable {
        try {
            function();
        } catch (const faultline::InjectedError&) {
            ++caught;
        }
    };
    for (int i = 0; i < 3; ++i)
        on_passing_stack(
            [](void* argument) -> void* {
                (*static_cast<std::function<void()>*>(argument))();
                return nullptr;
            },
            &save);
    EXPECT_EQ(caught, 3);
}

TEST_F(Process, SaysWhatIsWrongWithAFault)
{
    try {
        const auto scope = process().scope({{.name = "x", .functions = {"wirte"}, .error = "EIO"}});
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "faultline: unknown function 'wirte' (did you mean 'write'?)");
    }
    EXPECT_THROW(
        static_cast<void>(process().scope({{.name = "x", .functions = {"connect"}, .type = Type::corruption}})),
        std::invalid_argument);
}

TEST_F(Process, HoldsInAForkedChild)
{
    const auto scope = process().scope(full);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(writes() == ENOSPC ? 0 : 1);
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_FAULTS(scope, 0) << "the child has counted for itself";
}

TEST_F(Process, AddsFaultsThatStay)
{
    process().add({.name = "stays", .functions = {"write"}, .error = "EIO", .on = 2});
    EXPECT_EQ(writes(), 0);
    {
        const auto scope = process().scope(full);
        EXPECT_EQ(writes(), ENOSPC) << "a scope is asked first";
    }
    EXPECT_EQ(writes(), EIO);
    EXPECT_TRUE(process().remove("stays"));
    EXPECT_EQ(writes(), 0);
    EXPECT_NE(process().stats().to_json().find("\"stays\""), std::string::npos);
}

TEST_F(Process, EndsWhatTheFixtureBeganWithTheCase) { inject(full); }
TEST_F(Process, FindsNothingLeftOfTheCaseBefore) { EXPECT_EQ(writes(), 0); }

/// Reads a file's first line; true if all of it could be done.
bool first_line(const char* path, std::string& line)
{
    try {
        std::ifstream file(path);
        std::getline(file, line);
        return !line.empty();
    } catch (const std::bad_alloc&) {
        return false;
    }
}

TEST_F(Process, TriesEveryFailureOfABlock)
{
    int runs = 0;
    const auto survey = faultline::for_each_failure([&] {
        ++runs;
        std::string line;
        first_line("/etc/passwd", line);
    });
    EXPECT_GT(survey.failures, 0U);
    EXPECT_EQ(static_cast<std::uint64_t>(runs), survey.failures + 1);
    EXPECT_TRUE(survey.survived());
    EXPECT_SURVIVES_NO_MEMORY({
        std::string line;
        first_line("/etc/passwd", line);
    });
}

TEST_F(Process, TellsWhichFailuresBrokeABlock)
{
    const auto careless = [] {
        std::vector<int> numbers;
        numbers.push_back(1);
        numbers.push_back(2);
    };
    const auto survey = faultline::for_each_failure(careless);
    EXPECT_EQ(survey.failures, 2U);
    ASSERT_EQ(survey.broken.size(), 2U);
    EXPECT_EQ(survey.broken[0].why, "std::bad_alloc");
    EXPECT_EQ(survey.broken[1].call, 2U);
    EXPECT_EQ(survey.broken[1].event.target, "malloc");
    EXPECT_NONFATAL_FAILURE(
        EXPECT_SURVIVES_NO_MEMORY({
            std::vector<int> numbers;
            numbers.push_back(1);
        }),
        "1 of 1 failures broke the block:\n  at match 1: std::bad_alloc\n    no-memory (errno ENOMEM) "
        "into malloc");
}

TEST_F(Process, SaysHowManyFaultsThereWere)
{
    const auto scope = process().scope(full);
    writes();
    EXPECT_NONFATAL_FAILURE(EXPECT_FAULTS(scope, 2),
                            "scope has injected 1 fault, not 2\n  full (errno ENOSPC) into write, "
                            "call 1, /dev/null, from interface_tests+0x");
}

} // namespace
