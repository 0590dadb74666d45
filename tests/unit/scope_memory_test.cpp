// The end of a scope where there is no memory at all: `new` fails in these tests while they say so.
#include <faultline/faultline.hpp>

#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

namespace {
thread_local bool starved = false;
} // namespace

// Not inlined: the compiler would see malloc and free where it expects new and delete.
[[gnu::noinline]] void* operator new(std::size_t bytes)
{
    void* const memory = starved ? nullptr : std::malloc(bytes != 0 ? bytes : 1);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept
{
    return starved ? nullptr : std::malloc(bytes != 0 ? bytes : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace faultline {
namespace {

TEST(ScopeMemory, AScopeEndsWithoutMemoryAndKeepsItsTally)
{
    for (const auto where : {Where::thread, Where::everywhere}) {
        Injector injector(1);
        auto f = injector.inject("f", [] {});
        auto scope = injector.scope({{.name = "x", .functions = {"f"}, .type = Type::exception}}, where);
        EXPECT_THROW(f(), InjectedError);
        starved = true;
        scope.end();
        starved = false;
        EXPECT_NO_THROW(f());
        EXPECT_EQ(injector.stats().faults_triggered, 1U);
        {
            const auto again = injector.scope({{.name = "x", .functions = {"f"}, .type = Type::exception}}, where);
            EXPECT_THROW(f(), InjectedError);
        }
        EXPECT_EQ(injector.stats().faults_triggered, 2U); // each is counted once
    }
}

} // namespace
} // namespace faultline
