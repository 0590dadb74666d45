// The kernel's door: its table of system calls against the kernel's headers, the filter by a small interpreter of BPF.
#include "calls/functions.hpp"
#include "door/filter.hpp"
#include "door/fit.hpp"
#include "door/system_calls.hpp"
#include "language/parse.hpp"

#include <algorithm>
#include <cstddef>
#include <fcntl.h>
#include <fstream>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <map>
#include <optional>
#include <sstream>
#include <sys/syscall.h>

namespace faultline::door {
namespace {

/// The kernel's system calls by name, from the header that SYS_… comes from.
std::map<std::string, int> numbers_of_header()
{
    std::map<std::string, int> numbers;
    for (const auto* const path : {"/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"}) {
        std::ifstream file(path);
        std::string define, name;
        for (std::string line; std::getline(file, line);) {
            std::istringstream words(line);
            int number = 0;
            if (words >> define >> name >> number && define == "#define" && name.starts_with("__NR_"))
                numbers[name.substr(5)] = number;
        }
    }
    return numbers;
}

TEST(DoorTable, HasEverySystemCallThatARowIsNamedAfter)
{
    const auto numbers = numbers_of_header();
    ASSERT_GT(numbers.size(), 300U) << "asm/unistd_64.h (linux-libc-dev) is not where it was looked for";
    for (const auto& spec : calls::table) {
        const std::string name(std::string_view{spec.name});
        const auto number = numbers.find(name);
        if (number == numbers.end() || !spec.means.empty()) continue;
        const bool left = std::ranges::any_of(left_out(), [&](const LeftOut& each) { return each.name == name; });
        const bool meant = std::ranges::any_of(meanings_of(number->second), [&](const Meaning& each) {
            return calls::table[each.row].function() == name;
        });
        EXPECT_TRUE(meant || left) << name;
        EXPECT_FALSE(meant && left) << name;
    }
}

TEST(DoorTable, GivesEachCallTheNumberOfTheHeader)
{
    const auto numbers = numbers_of_header();
    for (const auto& meaning : meanings())
        EXPECT_EQ(numbers.at(std::string(meaning.name)), meaning.number) << meaning.name;
}

TEST(DoorTable, NamesInTheirPlaceWhatIsASystemCall)
{
    for (const auto& each : made_of()) {
        EXPECT_NE(calls::find_symbol(each.function), calls::row_count) << each.function;
        EXPECT_TRUE(system_calls_of(each.function).empty()) << each.function;
        std::istringstream others{std::string(each.others)};
        for (std::string other; std::getline(others >> std::ws, other, ',');)
            EXPECT_FALSE(system_calls_of(other).empty()) << each.function << ": " << other;
    }
}

/// The row that a call means when all rows are wanted.
std::string meaning_of(const Told& told, std::array<engine::Word, 6>* words = nullptr)
{
    for (const auto& meaning : meanings_of(told.number))
        if (meaning.when->holds(told)) {
            if (words != nullptr) *words = words_of(meaning, told);
            return std::string(std::string_view{calls::table[meaning.row].name});
        }
    return {};
}

TEST(DoorTable, TellsFunctionsThatShareACallByItsArguments)
{
    const auto cwd = static_cast<std::uint64_t>(AT_FDCWD);
    std::array<engine::Word, 6> words{};
    EXPECT_EQ(meaning_of({SYS_openat, {cwd, 11, 22, 33}}, &words), "open");
    EXPECT_EQ(words[0], 11U);
    EXPECT_EQ(words[2], 33U);
    EXPECT_EQ(meaning_of({SYS_openat, {5, 11, 22, 33}}), "openat");
    EXPECT_EQ(meaning_of({SYS_unlinkat, {cwd, 1, AT_REMOVEDIR}}), "rmdir");
    EXPECT_EQ(meaning_of({SYS_unlinkat, {cwd, 1, 0}}), "unlink");
    EXPECT_EQ(meaning_of({SYS_sendto, {1, 2, 3, 4, 0, 0}}), "send");
    EXPECT_EQ(meaning_of({SYS_sendto, {1, 2, 3, 4, 5, 16}}), "sendto");
    EXPECT_EQ(meaning_of({.number = SYS_clone, .arguments = {}, .clone_flags = CLONE_VM | CLONE_THREAD}),
              "pthread_create");
    EXPECT_EQ(meaning_of({.number = SYS_clone, .arguments = {}, .clone_flags = 17}), "fork");
    EXPECT_EQ(meaning_of({.number = SYS_clone, .arguments = {}, .clone_flags = CLONE_VM | CLONE_VFORK}), "");
    EXPECT_EQ(meaning_of({SYS_preadv2, {3, 4, 5, 6, 0, 7}}, &words), "preadv2");
    EXPECT_EQ(words[4], 7U);
}

/// What a filter answers to a call.
std::uint32_t run(const std::vector<sock_filter>& program, std::uint32_t architecture, int number)
{
    std::uint32_t accumulator = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        const auto& step = program[at];
        switch (step.code) {
        case BPF_LD | BPF_W | BPF_ABS:
            accumulator = step.k == offsetof(seccomp_data, arch) ? architecture : static_cast<std::uint32_t>(number);
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += accumulator == step.k ? step.jt : step.jf;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            at += accumulator >= step.k ? step.jt : step.jf;
            break;
        case BPF_JMP | BPF_JA:
            at += step.k;
            break;
        case BPF_RET | BPF_K:
            return step.k;
        default:
            ADD_FAILURE() << "an instruction of another kind";
            return 0;
        }
    }
    ADD_FAILURE() << "the program has no end";
    return 0;
}

TEST(DoorFilter, NotifiesOfExactlyTheGivenNumbers)
{
    std::vector<int> all;
    for (const auto& meaning : meanings())
        all.push_back(meaning.number);
    for (const auto& wanted :
         {std::vector<int>{SYS_write}, std::vector<int>{3, 1, 2}, std::vector<int>{0, 7, 300, 301}, all}) {
        const auto program = make_filter(wanted);
        EXPECT_LT(program.size(), 4096U); // the kernel's limit
        for (int number = 0; number < 600; ++number) {
            const bool is_wanted = std::ranges::find(wanted, number) != wanted.end();
            EXPECT_EQ(run(program, AUDIT_ARCH_X86_64, number), is_wanted ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW)
                << number;
            EXPECT_EQ(run(program, AUDIT_ARCH_I386, number), SECCOMP_RET_ALLOW) << number;
        }
        EXPECT_EQ(run(program, AUDIT_ARCH_X86_64, static_cast<int>(0x4000'0000U | SYS_write)),
                  SECCOMP_RET_ALLOW); // x32
    }
}

Fit fit_of(const std::string& keys)
{
    auto parsed = language::parse("[[fault]]\nname = \"f\"\n" + keys, "");
    EXPECT_TRUE(parsed.mistakes.empty()) << (parsed.mistakes.empty() ? "" : parsed.mistakes.front().text);
    return fit(parsed.block);
}

bool holds(const std::vector<int>& numbers, int number) { return std::ranges::find(numbers, number) != numbers.end(); }

TEST(DoorFit, AsksForTheCallsThatAFunctionBecomesAndForThoseThatMakeTasks)
{
    const auto fit = fit_of("type = \"errno\"\nfunctions = [\"open\"]\nerrno = \"EIO\"");
    EXPECT_TRUE(fit.refusals.empty());
    for (const int number : {SYS_open, SYS_openat, SYS_openat2, SYS_clone, SYS_clone3, SYS_execve, SYS_exit_group})
        EXPECT_TRUE(holds(fit.numbers, number)) << number;
    EXPECT_FALSE(holds(fit.numbers, SYS_read));
    EXPECT_FALSE(holds(fit.numbers, SYS_close));
}

TEST(DoorFit, WatchesClosesWhereNumbersAreKeptForEachDescriptor)
{
    const auto fit = fit_of("type = \"errno\"\nfunctions = [\"read\"]\nerrno = \"EIO\"\non = 2\ncount = \"fd\"");
    EXPECT_TRUE(holds(fit.numbers, SYS_close));
    EXPECT_TRUE(holds(fit.numbers, SYS_dup2));
}

TEST(DoorFit, RefusesByNameWithTheWayOut)
{
    const struct {
        const char *keys, *way_out;
    } cases[] = {
        {"type = \"errno\"\nfunctions = [\"fopen\"]\nerrno = \"EIO\"", "open, read, write"},
        {"type = \"errno\"\nfunctions = [\"malloc\"]\nerrno = \"ENOMEM\"", "mmap or brk"},
        {"type = \"errno\"\nfunctions = [\"getaddrinfo\"]\nerrno = \"EAI_AGAIN\"", "*:53"},
        {"type = \"errno\"\nfunctions = [\"close\"]\nerrno = \"EIO\"", "act and fail"},
        {"type = \"clock\"\nfunctions = [\"clock_gettime\"]\noffset = \"1h\"", "vDSO"},
        {"type = \"move\"\nfunctions = [\"realloc\"]", "type \"move\" needs the preload: realloc is no system call"},
        {"type = \"wake\"\nfunctions = [\"pthread_cond_wait\"]", "is no system call"},
        {"type = \"shuffle\"\nfunctions = [\"readdir\"]", "in pieces"},
        {"type = \"short\"\nfunctions = [\"sendfile\"]\nbytes = 1", "in the caller's place"},
        {"type = \"crash\"\nfunctions = [\"rename\"]\nmoment = \"after\"", "before"},
    };
    for (const auto& each : cases) {
        const auto fit = fit_of(each.keys);
        ASSERT_EQ(fit.refusals.size(), 1U) << each.keys;
        EXPECT_NE(fit.refusals.front().find(each.way_out), std::string::npos) << fit.refusals.front();
        EXPECT_NE(fit.refusals.front().find("fault 'f'"), std::string::npos) << fit.refusals.front();
    }
}

TEST(DoorFit, AsksForEveryCallThatCanFailOfATrace)
{
    auto parsed = language::parse("trace = true\n", "");
    const auto fit = door::fit(parsed.block);
    EXPECT_TRUE(fit.refusals.empty());
    EXPECT_TRUE(holds(fit.numbers, SYS_openat));
    EXPECT_TRUE(holds(fit.numbers, SYS_write));
    EXPECT_FALSE(holds(fit.numbers, SYS_getpid));
}

TEST(DoorFit, WarnsOfFunctionsOutOfReachBesideOthers)
{
    auto parsed = language::parse(
        "[[fault]]\nname = \"f\"\ntype = \"errno\"\nfunctions = [\"read\", \"fread\", \"close\"]\nerrno = \"EIO\"", "");
    const auto fit = door::fit(parsed.block);
    EXPECT_TRUE(fit.refusals.empty());
    ASSERT_EQ(fit.warnings.size(), 1U);
    EXPECT_NE(fit.warnings.front().find("fread"), std::string::npos);
    // What it may not strike is gone from the plan, so that another fault on close does not bring it back.
    const auto& plan = parsed.plan();
    for (const auto& function : plan.view(plan.functions))
        EXPECT_EQ(function.faults.count, plan.text(function.name) == "read" ? 1U : 0U);
}

} // namespace
} // namespace faultline::door
