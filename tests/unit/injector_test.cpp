// The injector for functions of one's own, through the C++ header and the C interface below it.
#include <faultline/faultline.hpp>

#include <atomic>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace faultline {
namespace {

using namespace std::chrono_literals;

FaultConfig failing(std::string name, std::string function)
{
    return {.name = std::move(name), .functions = {std::move(function)}, .type = Type::exception};
}

/// The numbers of those of `count` calls that throw.
template <class F>
std::vector<int> struck(F& function, int count)
{
    std::vector<int> numbers;
    for (int i = 1; i <= count; ++i) {
        try {
            function();
        } catch (const InjectedError&) {
            numbers.push_back(i);
        }
    }
    return numbers;
}
using Numbers = std::vector<int>;

TEST(Injector, GivesTheSameFaultsForTheSameSeed)
{
    const auto run = [](std::uint64_t seed) {
        Injector injector(seed);
        injector.add({.name = "x", .functions = {"f"}, .type = Type::exception, .probability = 0.25});
        auto f = injector.inject("f", [] {});
        return struck(f, 200);
    };
    EXPECT_EQ(run(42), run(42));
    EXPECT_NE(run(42), run(43));
    EXPECT_GT(run(42).size(), 30U);
    EXPECT_LT(run(42).size(), 70U);
}

TEST(Injector, StrikesOnlyTheFunctionThatIsNamed)
{
    Injector injector;
    injector.add(failing("x", "f"));
    auto f = injector.inject("f", [] {});
    auto g = injector.inject("g", [] {});
    EXPECT_EQ(struck(f, 2), (Numbers{1, 2}));
    EXPECT_EQ(struck(g, 2), Numbers{});
    auto late = injector.inject("f", [] {});
    EXPECT_EQ(struck(late, 1), (Numbers{1}));
}

TEST(Injector, TakesTriggersAsAPlanDoes)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    injector.add({.name = "x", .functions = {"f"}, .type = Type::exception, .max_triggers = 2, .on = "2..10+3"});
    EXPECT_EQ(struck(f, 12), (Numbers{2, 5}));
    EXPECT_TRUE(injector.remove("x"));
    EXPECT_FALSE(injector.remove("x"));
    EXPECT_EQ(struck(f, 3), Numbers{});
    injector.add("[[fault]]\nname = 'a'\nfunctions = ['f']\ntype = 'exception'\non = 1\n"
                 "[[fault]]\nname = 'b'\nfunctions = ['f']\ntype = 'exception'\non = 2\n");
    EXPECT_EQ(struck(f, 4), (Numbers{1, 3})) << "b is not asked where a has struck";
    EXPECT_TRUE(injector.remove("a"));
    EXPECT_TRUE(injector.remove("b"));
}

TEST(Injector, LetsEverythingPassWhileItIsDisabled)
{
    Injector injector;
    injector.add(failing("x", "f"));
    auto f = injector.inject("f", [] {});
    injector.disable();
    auto scope = injector.scope(failing("y", "f"));
    EXPECT_EQ(struck(f, 2), Numbers{});
    EXPECT_EQ(injector.stats().calls_intercepted, 2U);
    injector.enable();
    EXPECT_EQ(struck(f, 1), (Numbers{1}));
}

TEST(Injector, NeverFiresMoreOftenThanMaxTriggersHoweverManyThreadsRace)
{
    Injector injector;
    injector.add({.name = "x", .functions = {"f"}, .type = Type::exception, .max_triggers = 100});
    const auto f = injector.inject("f", [] {});
    std::atomic<std::size_t> thrown{0};
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { thrown += struck(f, 1000).size(); });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(thrown, 100U);
    EXPECT_EQ(injector.stats().calls_intercepted, 4000U);
    EXPECT_EQ(injector.stats().faults_triggered, 100U);
}

TEST(Injector, TellsWhatItDidAsTheStatisticsFileDoes)
{
    Injector injector(7);
    auto f = injector.inject("f", [] {});
    auto g = injector.inject("g", [] { return 1; });
    injector.add({.name = "x", .functions = {"f", "g"}, .type = Type::exception, .error = "ETIMEDOUT", .on = "3"});
    {
        auto scope = injector.scope({{.name = "slow", .functions = {"g"}, .type = Type::delay, .delay = 1us, .on = 1}});
        EXPECT_EQ(g(), 1); // delayed
        EXPECT_EQ(scope.triggered(), 1U);
        EXPECT_EQ(scope.stats().calls_intercepted, 1U);
        EXPECT_EQ(g(), 1); // asked of both, counted once
    }
    EXPECT_EQ(g(), 1);
    EXPECT_THROW(f(), std::system_error); // the third match of x: two were g's
    const auto stats = injector.stats();
    EXPECT_EQ(stats.calls_intercepted, 4U);
    EXPECT_EQ(stats.faults_triggered, 2U);
    EXPECT_EQ(stats.faults_skipped, 2U);
    EXPECT_EQ(stats.trigger_rate, 50.0);

    const auto json = nlohmann::json::parse(stats.to_json());
    EXPECT_EQ(json["seed"], 7);
    EXPECT_EQ(json["stats"]["calls_intercepted"], 4);
    EXPECT_EQ(json["stats"]["trigger_rate"], 50.0);
    EXPECT_EQ(json["functions"]["g"]["calls"], 3);
    EXPECT_EQ(json["functions"]["g"]["faults"], 1);
    EXPECT_EQ(json["faults"]["x"]["matched"], 3);
    EXPECT_EQ(json["faults"]["x"]["errors"]["ETIMEDOUT"], 1);
    EXPECT_EQ(json["faults"]["slow"]["type"], "delay");
    EXPECT_EQ(json["events"].size(), 2U);
    EXPECT_EQ(json["events"][0]["fault"], "slow");
    EXPECT_EQ(json["events"][1]["type"], "exception");
    EXPECT_EQ(json["events"][1]["errno"], "ETIMEDOUT");

    const auto events = injector.events();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].target, "g");
    EXPECT_DOUBLE_EQ(events[0].delay, 1e-6);
    EXPECT_EQ(events[1].error, ETIMEDOUT);
    EXPECT_EQ(events[1].match, 3U);
    EXPECT_GE(events[1].time, events[0].time);
}

TEST(Scope, HoldsForItsBlock)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    {
        const auto scope = injector.scope({failing("x", "f")});
        EXPECT_EQ(struck(f, 1), (Numbers{1}));
    }
    EXPECT_EQ(struck(f, 1), Numbers{});
    try {
        const auto scope = injector.scope({failing("x", "f")});
        throw 1;
    } catch (int) {
    }
    EXPECT_EQ(struck(f, 1), Numbers{}) << "also when an exception leaves the block";
    const auto leave_early = [&] {
        const auto scope = injector.scope({failing("x", "f")});
        if (struck(f, 1).size() == 1) return 1;
        return 2;
    };
    EXPECT_EQ(leave_early(), 1);
    EXPECT_EQ(struck(f, 1), Numbers{});
    EXPECT_EQ(injector.stats().faults_triggered, 2U) << "what it did is not forgotten";
}

TEST(Scope, BeginsToCountAnewEachTime)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    const Faults second = FaultConfig{.name = "x", .functions = {"f"}, .type = Type::exception, .on = 2};
    for (int i = 0; i < 3; ++i) {
        const auto scope = injector.scope(second);
        EXPECT_EQ(struck(f, 3), (Numbers{2}));
        EXPECT_EQ(scope.events().size(), 1U);
        EXPECT_EQ(scope.events()[0].match, 2U);
    }
}

TEST(Scope, NestsWithTheInnermostFirst)
{
    Injector injector;
    auto f = injector.inject("f", [] { return 0; });
    const auto answer = [](int value) {
        return FaultConfig{.name = "x", .functions = {"f"}, .type = Type::returns, .returns = value};
    };
    injector.add(answer(1));
    EXPECT_EQ(f(), 1);
    {
        const auto outer = injector.scope(answer(2));
        EXPECT_EQ(f(), 2);
        {
            const auto inner = injector.scope(answer(3));
            EXPECT_EQ(f(), 3);
        }
        EXPECT_EQ(f(), 2);
    }
    EXPECT_EQ(f(), 1);
}

TEST(Scope, MovesAndEndsOnce)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    std::optional<Scope> kept;
    {
        auto scope = injector.scope(failing("x", "f"));
        kept.emplace(std::move(scope));
    }
    EXPECT_EQ(struck(f, 1), (Numbers{1}));
    static_assert(!std::is_copy_constructible_v<Scope>);
    kept->end();
    kept->end();
    EXPECT_EQ(struck(f, 1), Numbers{});
    *kept = injector.scope(failing("y", "f"));
    EXPECT_EQ(struck(f, 1), (Numbers{1}));
    kept.reset();
    EXPECT_EQ(struck(f, 1), Numbers{});
}

TEST(Scope, NeverOutlivesItsInjector)
{
    auto injector = std::make_unique<Injector>();
    injector->add(failing("y", "f"));
    auto f = injector->inject("f", [] {});
    auto scope = injector->scope(failing("x", "f"));
    EXPECT_EQ(struck(f, 1), (Numbers{1}));
    injector.reset();
    EXPECT_EQ(struck(f, 2), Numbers{});
    EXPECT_EQ(scope.triggered(), 0U);
}

TEST(Scope, OfAThreadIsNotSeenByAnother)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    const auto scope = injector.scope(failing("x", "f"), Where::thread);
    EXPECT_EQ(struck(f, 1), (Numbers{1}));
    std::thread([&] { EXPECT_EQ(struck(f, 1), Numbers{}); }).join();
}

TEST(Scope, OfATaskGoesFromThreadToThread)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    auto scope = injector.scope({{.name = "x", .functions = {"f"}, .type = Type::exception, .on = "2,3"}}, Where::task);
    EXPECT_EQ(struck(f, 3), Numbers{}) << "this thread has not entered it";
    std::thread([&] {
        const auto adopted = scope.adopt();
        EXPECT_EQ(struck(f, 2), (Numbers{2}));
    }).join();
    {
        const auto adopted = scope.adopt();
        EXPECT_EQ(struck(f, 2), (Numbers{1})) << "one numbering for the whole task";
    }
    EXPECT_EQ(struck(f, 1), Numbers{});
    const auto adopted = scope.adopt();
    scope.end(); // while a thread is in it
    EXPECT_EQ(struck(f, 1), Numbers{});
}

TEST(Scope, OfAThreadMayEndOnAnother)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    std::optional<Scope> scope(injector.scope(failing("x", "f"), Where::thread));
    std::thread([&] { scope.reset(); }).join();
    EXPECT_EQ(struck(f, 1), Numbers{});
    const auto next = injector.scope(failing("x", "f"), Where::thread);
    EXPECT_EQ(struck(f, 1), (Numbers{1}));
}

TEST(Scope, MayComeAndGoWhileOthersAreJudgedByIt)
{
    Injector injector;
    const auto f = injector.inject("f", [] {});
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> thrown{0};
    std::vector<std::thread> threads;
    threads.reserve(2);
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] {
            while (!done)
                thrown += struck(f, 100).size();
        });
    const Faults faults = FaultConfig{.name = "x", .functions = {"f"}, .type = Type::exception, .probability = 0.5};
    for (int i = 0; i < 300 || thrown == 0; ++i) {
        const auto outer = injector.scope(faults);
        const auto inner = injector.scope(failing("y", "f"));
        std::this_thread::yield();
    }
    done = true;
    for (auto& thread : threads)
        thread.join();
    // A thread that was being judged while its scope ended is not in the record any more, but nothing is made up.
    EXPECT_LE(injector.stats().faults_triggered, thrown);
    EXPECT_GT(injector.stats().faults_triggered, 0U);
}

TEST(ForEachFailure, RunsABlockUntilItGetsThrough)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    int runs = 0;
    const auto survey = for_each_failure(
        [&] {
            ++runs;
            try {
                f();
            } catch (const InjectedError&) {
            }
            f(); // not caught
            f();
        },
        failing("x", "f"), injector);
    EXPECT_EQ(runs, 4);
    EXPECT_EQ(survey.failures, 3U);
    ASSERT_EQ(survey.broken.size(), 2U);
    EXPECT_EQ(survey.broken[0].call, 2U);
    EXPECT_EQ(survey.broken[1].call, 3U);
    EXPECT_EQ(survey.broken[1].event.match, 3U);
    EXPECT_EQ(survey.broken[0].why, "fault 'x' injected into f");
    EXPECT_FALSE(survey.survived());
}

} // namespace
} // namespace faultline
