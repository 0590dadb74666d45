// What a decorated callable keeps of the one that it holds, and what each type of fault makes of its call.
#include <faultline/faultline.hpp>

#include <algorithm>
#include <gtest/gtest.h>
#include <memory>

namespace faultline {
namespace {

using namespace std::chrono_literals;

int twice(int value) { return 2 * value; }
struct Account {
    std::string owner = "somebody";
    int balance = 10;
    int add(int amount) { return balance += amount; }
    [[nodiscard]] int shown() const noexcept { return balance; }
};

TEST(Decorated, IsCalledAsTheCallableThatItHolds)
{
    const Injector injector;
    auto function = injector.inject("twice", twice);
    EXPECT_EQ(function(4), 8);
    auto add = injector.inject("add", &Account::add);
    auto shown = injector.inject("shown", &Account::shown);
    Account account;
    EXPECT_EQ(add(account, 5), 15);
    EXPECT_EQ(shown(&account), 15);
    EXPECT_EQ(account.balance, 15);
    int calls = 0;
    auto nothing = injector.inject("nothing", [&] { ++calls; });
    nothing();
    EXPECT_EQ(calls, 1);
    auto owner = injector.inject("owner", [](std::unique_ptr<int> owned) { return owned; });
    EXPECT_EQ(*owner(std::make_unique<int>(3)), 3);
    auto counter = injector.inject("counter", [count = 0]() mutable { return ++count; });
    counter();
    EXPECT_EQ(counter(), 2);
    auto same = injector.inject("same", [](int& value) -> int& { return value; });
    int value = 1;
    same(value) = 5;
    EXPECT_EQ(value, 5);
    const std::function<int(int)> wrapped = injector.inject("twice", twice);
    EXPECT_EQ(wrapped(3), 6);
    struct Overloaded {
        int operator()(int) const { return 1; }
        int operator()(const char*) const { return 2; }
    };
    auto overloaded = injector.inject("overloaded", Overloaded{});
    EXPECT_EQ(overloaded(0), 1);
    EXPECT_EQ(overloaded("x"), 2);
}

TEST(Decorated, KeepsConstnessAndNoexcept)
{
    const Injector injector;
    const auto plain = injector.inject("f", [](int) {});
    static_assert(std::is_invocable_v<decltype(plain), int>);
    static_assert(!std::is_invocable_v<decltype(plain), std::string>);
    static_assert(!std::is_nothrow_invocable_v<decltype(plain), int>);
    const auto quiet = injector.inject("f", [](int) noexcept {});
    static_assert(std::is_nothrow_invocable_v<decltype(quiet), int>);
    auto changing = injector.inject("f", [n = 0]() mutable { return ++n; });
    static_assert(std::is_invocable_v<decltype(changing)&>);
    static_assert(!std::is_invocable_v<const decltype(changing)&>);
    auto shown = injector.inject("shown", &Account::shown);
    static_assert(std::is_nothrow_invocable_v<decltype(shown), const Account&>);
    auto same = injector.inject("same", [](int& value) -> int& { return value; });
    static_assert(std::is_same_v<std::invoke_result_t<decltype(same)&, int&>, int&>);
}

/// What comes of a call of `target` that a fault strikes.
template <class F>
auto under(FaultConfig fault, F target)
{
    Injector injector;
    fault.name = "x";
    fault.functions = {"f"};
    injector.add(fault);
    return injector.inject("f", std::move(target))();
}

TEST(Decorated, ThrowsWhatItsFaultSays)
{
    const auto none = [] { FAIL() << "the call was made"; };
    try {
        under({.type = Type::exception}, none);
        FAIL();
    } catch (const InjectedError& error) {
        EXPECT_STREQ(error.what(), "fault 'x' injected into f");
    }
    try {
        under({.type = Type::exception, .error = ECONNRESET}, none);
        FAIL();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::connection_reset);
    }
    struct Mine {};
    EXPECT_THROW(under({.type = Type::exception, .raise = [] { throw Mine{}; }}, none), Mine);
    EXPECT_THROW(under({.type = Type::timeout}, none), TimeoutError);
    EXPECT_THROW(under({.error = "EIO"}, none), std::system_error) << "it has no other way to report an errno";
}

TEST(Decorated, ThrowsWhatTheInnermostScopeRaises)
{
    Injector injector;
    auto f = injector.inject("f", [] {});
    const auto raising = [](auto value) {
        return FaultConfig{.name = "x", .functions = {"f"}, .type = Type::exception, .raise = [value] { throw value; }};
    };
    const auto outer = injector.scope(raising(1));
    {
        const auto inner = injector.scope(raising('c'));
        EXPECT_THROW(f(), char);
    }
    EXPECT_THROW(f(), int);
}

TEST(Decorated, ReportsAnErrnoAsAFunctionOfCDoes)
{
    errno = 0;
    EXPECT_EQ(under({.error = "EIO"}, [] { return 7; }), -1);
    EXPECT_EQ(errno, EIO);
    errno = 0;
    EXPECT_EQ(under({.error = "EIO", .returns = 0}, [] { return 7; }), 0);
    EXPECT_EQ(errno, EIO);
    EXPECT_EQ(under({.error = "ENOMEM"}, [] { return &errno; }), nullptr);
    EXPECT_EQ(errno, ENOMEM);
    errno = 12345;
    EXPECT_EQ(under({.probability = 0.0, .error = "EIO"}, [] { return 7; }), 7);
    EXPECT_EQ(errno, 12345);
}

TEST(Decorated, ReturnsWhatItIsTold)
{
    EXPECT_EQ(under({.type = Type::returns, .returns = 5}, [] { return 7L; }), 5);
    EXPECT_EQ(under({.type = Type::returns, .returns = 1}, [] { return false; }), true);
    EXPECT_THROW(under({.type = Type::returns, .returns = 1}, [] { return std::string("x"); }), std::logic_error);
}

TEST(Decorated, DamagesWhatItReturns)
{
    EXPECT_EQ(under({.type = Type::corruption}, [] { return 7; }), -7);
    EXPECT_EQ(under({.type = Type::corruption}, [] { return true; }), false);
    EXPECT_EQ(under({.type = Type::corruption}, [] { return std::string("abc"); }), "cba");
    const auto some = under({.type = Type::corruption, .rate = 0.5}, [] { return std::vector<int>(1000, 1); });
    const auto damaged = std::count(some.begin(), some.end(), -1);
    EXPECT_GT(damaged, 400);
    EXPECT_LT(damaged, 600);
    under({.type = Type::corruption}, [] {}); // there is nothing to damage
}

TEST(Decorated, WaitsFirst)
{
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(under({.type = Type::delay, .delay = 20ms}, [] { return 7; }), 7);
    EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
}

} // namespace
} // namespace faultline
