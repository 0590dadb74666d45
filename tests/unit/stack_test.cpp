// Frames get their names from files: each test compiles a small library, loads it for its addresses, and asks for those as
// a record would have them.
#include "own_directory.hpp"
#include "report/stack.hpp"

#include <barrier>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace faultline::report {
namespace {

// first and second have no gap between them.
constexpr std::string_view source = R"(namespace shop {
[[gnu::noinline]] const void* caller(int) { return __builtin_return_address(0); }
}
static int hidden(int value) { return value + 1; }
extern "C" {
const void* where(const void** other)
{
    const void* const place = shop::caller(1);
    *other = reinterpret_cast<const void*>(&hidden);
    return place;
}
void first();
void second();
}
asm(R"asm(
    .globl first, second
    .type first, @function
    .type second, @function
    .p2align 4
    first: nop
    .size first, .-first
    second: ret
    .size second, .-second
    nop; nop; nop; nop)asm");
)";

class StackNames : public testing::Test {
protected:
    void TearDown() override
    {
        if (loaded_ != nullptr) ::dlclose(loaded_);
    }

    void build(const std::string& options, const std::string& afterwards = "true")
    {
        std::ofstream(directory_ + "/shop.cpp") << source;
        // By g++, whatever compiles the tests: where it puts its calls is known.
        const auto line = fmt::format("cd {} && g++ {} -O1 -fno-ipa-icf -shared -fPIC shop.cpp -o shop.so && {}",
                                      directory_, options, afterwards);
        ASSERT_EQ(std::system(line.c_str()), 0) << line;
        loaded_ = ::dlopen((directory_ + "/shop.so").c_str(), RTLD_NOW);
        ASSERT_NE(loaded_, nullptr) << ::dlerror();
        auto* const where = reinterpret_cast<const void* (*)(const void**)>(::dlsym(loaded_, "where"));
        const void* hidden = nullptr;
        call = frame_at(where(&hidden), false);
        function = frame_at(reinterpret_cast<const void*>(where), true);
        local = frame_at(hidden, true);
        behind_first = frame_at(::dlsym(loaded_, "second"), false);
        at_second = frame_at(::dlsym(loaded_, "second"), true);
        callee = frame_at(::dlsym(loaded_, "_ZN4shop6callerEi"), true);
    }

    static Address frame_at(const void* address, bool exact)
    {
        Dl_info info{};
        EXPECT_NE(::dladdr(address, &info), 0);
        const auto offset = static_cast<const char*>(address) - static_cast<const char*>(info.dli_fbase);
        return {info.dli_fname, static_cast<std::uint64_t>(offset), exact};
    }

    test::OwnDirectory own_;
    const std::string& directory_ = own_.path();
    void* loaded_ = nullptr;
    Address call, function, local, behind_first, at_second, callee;
};

TEST_F(StackNames, DebugInformationGivesFileAndLineOfTheCall)
{
    build("-g");
    const auto symbol = symbol_of(call);
    EXPECT_EQ(symbol.function, "where");
    EXPECT_EQ(symbol.file, directory_ + "/shop.cpp");
    EXPECT_EQ(symbol.line, 8);
    EXPECT_EQ(symbol.offset, call.offset - function.offset);
    EXPECT_EQ(long_text_of(call), fmt::format("where at {0}/shop.cpp:8 ({0}/shop.so+{1:#x})", directory_, call.offset));
    EXPECT_EQ(short_text_of(call), fmt::format("where at shop.cpp:8 (shop.so+{:#x})", call.offset));
}

TEST_F(StackNames, NamesOfCppAreDemangled)
{
    build("-g");
    EXPECT_EQ(symbol_of(callee).function, "shop::caller(int)");
    EXPECT_EQ(symbol_of(callee).line, 2);
}

TEST_F(StackNames, ReturnAddressBelongsToTheCallBeforeIt)
{
    build("");
    ASSERT_EQ(symbol_of(at_second).function, "second");
    EXPECT_EQ(symbol_of(at_second).offset, 0U);
    EXPECT_EQ(symbol_of(behind_first).function, "first");
}

TEST_F(StackNames, SymbolTableIsEnoughForNames)
{
    build("");
    EXPECT_EQ(symbol_of(local).function, "hidden(int)");
    EXPECT_EQ(symbol_of(local).file, "");
    EXPECT_EQ(symbol_of(local).line, 0);
    EXPECT_EQ(short_text_of(call), fmt::format("where (shop.so+{:#x})", call.offset));
}

TEST_F(StackNames, StrippedModuleHasTheNamesThatItExports)
{
    build("-g", "strip --strip-all shop.so");
    EXPECT_EQ(symbol_of(call).function, "where");
    EXPECT_EQ(symbol_of(local).function, "") << "an exported function that ends before it must not stand for it";
    EXPECT_EQ(short_text_of(local), fmt::format("shop.so+{:#x}", local.offset));
    EXPECT_EQ(long_text_of(local), fmt::format("{}/shop.so+{:#x}", directory_, local.offset));
}

TEST_F(StackNames, DebugLinkLeadsToTheDebugInformation)
{
    build("-g -Wl,--build-id=none", "objcopy --only-keep-debug shop.so shop.debug && strip --strip-all shop.so && "
                                    "objcopy --add-gnu-debuglink=shop.debug shop.so");
    EXPECT_EQ(symbol_of(local).function, "hidden(int)");
    EXPECT_EQ(symbol_of(call).line, 8);
}

TEST_F(StackNames, ThreadsMayAskAtOnce)
{
    constexpr std::size_t threads = 4;
    constexpr int modules = 24;
    build("-g");
    std::vector<Address> frames;
    for (int i = 0; i < modules; ++i) {
        frames.push_back({fmt::format("{}/shop{}.so", directory_, i), call.offset});
        std::filesystem::copy_file(directory_ + "/shop.so", frames.back().module);
    }
    std::vector<std::vector<std::string>> names(threads);
    {
        std::barrier all_there(threads);
        std::vector<std::jthread> running;
        running.reserve(threads);
        for (auto& its : names)
            running.emplace_back([&] {
                for (const auto& frame : frames) {
                    all_there.arrive_and_wait();
                    its.push_back(symbol_of(frame).function);
                }
            });
    }
    const std::vector<std::string> expected(modules, "where");
    EXPECT_EQ(names, std::vector(threads, expected));
}

TEST_F(StackNames, WhatCannotBeReadHasNoName)
{
    std::ofstream(directory_ + "/no_module") << "text";
    for (const auto& frame : {Address{directory_ + "/absent", 16}, Address{directory_ + "/no_module", 16},
                              Address{"", 16}, Address{directory_, 16}, Address{"/no/such", 0}}) {
        EXPECT_EQ(symbol_of(frame).function, "");
        EXPECT_EQ(symbol_of(frame).line, 0);
    }
    EXPECT_EQ(long_text_of({"", 0x10}), "0x10");
}

TEST(OwnFrames, AreThoseOutsideOfTheRuntimes)
{
    const Address raise{"/lib/libc.so.6", 1}, assertion{"/lib/libc.so.6", 2}, a{"/bin/shop", 3},
        hook{"/x/libfaultline.so.0", 4}, b{"/lib/libshop.so", 5}, c{"/bin/shop", 6};
    EXPECT_EQ(own_frames({raise, assertion, a, hook, b, c}, 2), (std::vector<Address>{a, b}));
    EXPECT_EQ(own_frames({raise, assertion}, 3), std::vector<Address>{raise});
    EXPECT_TRUE(own_frames({}, 3).empty());
}

} // namespace
} // namespace faultline::report
