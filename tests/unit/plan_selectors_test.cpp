// The selectors, triggers and types beyond the first ones: what arrives in the block, and every value or combination
// that cannot mean anything is refused with its place, its reason and its cure.
#include "plan_support.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <fmt/format.h>

namespace faultline::language {
namespace {

Lines said(std::string_view type, std::string_view functions, std::string_view more = "")
{
    return mistakes(fault(type, functions, more));
}

std::span<const Peer> peers(const Valid& plan)
{
    return plan.view(plan.view(plan->descriptor_sets)[plan.fault().peer_set].peers);
}

TEST(SelectorKeys, DescriptorsAndKindsArrive)
{
    const Valid plan(with("fd = [0, 7]\nfd_kind = [\"pipe\", \"tty\"]"));
    const auto numbers = plan.view(plan.fault().descriptors);
    ASSERT_EQ(numbers.size(), 2U);
    EXPECT_EQ(numbers[1], 7);
    EXPECT_EQ(plan.view(plan->descriptor_sets)[plan.fault().kind_set].kinds,
              1U << static_cast<unsigned>(Kind::pipe) | 1U << static_cast<unsigned>(Kind::tty));
    EXPECT_TRUE(plan->follows_descriptors);
    EXPECT_EQ(mistakes(with("fd = -1")), Lines{"p:4:6: fd is -1; it must be from 0 to 2147483647"});
    EXPECT_EQ(mistakes(with("fd = []")), Lines{"p:4:6: fd is an empty array (name at least one)"});
    EXPECT_EQ(mistakes(with("fd_kind = \"sokcet\"")),
              Lines{"p:4:11: unknown fd_kind 'sokcet' (did you mean 'socket'?)"});
    EXPECT_EQ(said("errno", "\"malloc\"", "fd = 3"),
              Lines{"p:5:13: the selector fd on 'malloc' cannot mean anything (it has no descriptor)"});
    EXPECT_EQ(said("errno", "\"unlink\"", "fd_kind = \"file\""),
              Lines{"p:5:13: the selector fd_kind on 'unlink' cannot mean anything (it has no descriptor)"});
}

TEST(SelectorKeys, TheFaultThatIsWaitedForIsFound)
{
    const auto two = [](std::string_view first, std::string_view second) {
        const auto one = [](std::string_view name, std::string_view more) {
            return fmt::format("[[fault]]\nname = \"{}\"\nfunctions = \"write\"\ntype = \"errno\"\n{}\n", name, more);
        };
        return one("first", first) + one("second", second);
    };
    const Valid plan(two("after_fault = \"second\"", ""));
    const auto faults = plan.view(plan->faults);
    EXPECT_EQ(faults[0].after_fault, 1);
    EXPECT_TRUE(faults[0].selective && !faults[0].awaited);
    EXPECT_EQ(faults[1].after_fault, no_index);
    EXPECT_NE(plan.described().find("write once fault 'second' has fired"), std::string::npos) << plan.described();
    EXPECT_TRUE(!faults[1].selective && faults[1].awaited);
    EXPECT_EQ(mistakes(two("after_fault = \"secnod\"", "")),
              Lines{"p:5:15: no fault has the name 'secnod' (did you mean 'second'?)"});
    EXPECT_EQ(mistakes(two("after_fault = \"first\"", "")),
              Lines{"p:5:15: it would wait for itself, and never begin (name a fault that does not wait for it)"});
    EXPECT_EQ(mistakes(two("after_fault = \"second\"", "after_fault = \"first\"")),
              Lines{"p:5:15: it would wait for itself, and never begin (name a fault that does not wait for it)"});
    EXPECT_EQ(warnings(two("after_fault = \"second\"", "enabled = false")),
              Lines{"p:5:15: fault 'second' is off, so this one does not begin"});
}

TEST(SelectorKeys, PeersArrive)
{
    const Valid plan(with("peer = [\"10.0.0.0/8:5432\", \"[fd00::1]:443\", \"*:8000..8999\", \"DB*.Example.com\", "
                          "\"unix:/run/*.sock\", \"!127.0.0.1\"]"));
    const auto all = peers(plan);
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(all[0].host, Peer::Host::ipv4);
    EXPECT_EQ(all[0].prefix, 8);
    EXPECT_EQ(all[0].address[0], 10);
    EXPECT_EQ(all[0].port_first, 5432);
    EXPECT_EQ(all[0].port_last, 5432);
    EXPECT_EQ(all[1].host, Peer::Host::ipv6);
    EXPECT_EQ(all[1].prefix, 128);
    EXPECT_EQ(all[1].address[0], 0xfd);
    EXPECT_EQ(all[2].host, Peer::Host::any);
    EXPECT_EQ(all[2].port_first, 8000);
    EXPECT_EQ(all[2].port_last, 8999);
    EXPECT_EQ(all[3].host, Peer::Host::name);
    EXPECT_EQ(plan.text(plan.view(plan->host_names)[all[3].name]), "db*.example.com") << "names have no case";
    EXPECT_EQ(all[3].port_last, 0xffff);
    EXPECT_EQ(all[4].host, Peer::Host::unix_path);
    EXPECT_EQ(plan.text(all[4].pattern), "/run/*.sock");
    EXPECT_EQ(all[5].negated, 1);
    EXPECT_TRUE(plan->names_hosts);
}

TEST(SelectorKeys, PeersThatCannotBeReadAreMistakes)
{
    const auto peer = [](std::string_view text) {
        const auto lines = mistakes(with("peer = \"" + std::string(text) + "\""));
        return lines.size() == 1 ? lines[0].substr(lines[0].find("; ") + 2) : "";
    };
    EXPECT_EQ(peer("10.0.0.300"), "'10.0.0.300' is not an IPv4 address");
    EXPECT_EQ(peer("10.0.0.0/33"), "'33' is not a number of bits (0 to 32)");
    EXPECT_EQ(peer("10.0.0.1/8"), "'10.0.0.1/8' has bits set beyond its first 8 (it names one address, not a network)");
    EXPECT_EQ(peer("*:70000"), "'70000' is not a port (0 to 65535, or a range such as 8000..8999)");
    EXPECT_EQ(peer("*:9..8"), "its ports run backwards (did you mean 8..9?)");
    EXPECT_EQ(peer("::1"), "an IPv6 address stands in brackets (write \"[::1]:443\")");
    EXPECT_EQ(peer("[::1"), "its '[' is not closed");
    EXPECT_EQ(peer("unix:"), "a path must follow \"unix:\"");
    EXPECT_EQ(said("errno", "\"unlink\"", "peer = \"*:53\""),
              Lines{"p:5:13: the selector peer on 'unlink' cannot mean anything (it has no remote end)"});
    EXPECT_EQ(said("errno", "\"accept\"", "peer = \"*:53\""),
              Lines{"p:5:13: the selector peer on 'accept' cannot mean anything (it has no remote end)"});
}

TEST(SelectorKeys, FlagsArrive)
{
    const Valid plan(fault("errno", "\"open\"", "flags = [\"O_WRONLY\", \"!O_APPEND\"]"));
    const auto tests = plan.view(plan.fault().flags);
    ASSERT_EQ(tests.size(), 2U);
    EXPECT_EQ(tests[0].mask, static_cast<std::uint32_t>(O_ACCMODE)) << "O_WRONLY is a value of a field, not a bit";
    EXPECT_EQ(tests[0].value, static_cast<std::uint32_t>(O_WRONLY));
    EXPECT_EQ(tests[1].value, static_cast<std::uint32_t>(O_APPEND));
    EXPECT_EQ(tests[1].negated, 1);
    EXPECT_EQ(said("errno", "\"open\"", "flags = \"O_APEND\""),
              Lines{"p:4:9: unknown flag 'O_APEND' (did you mean 'O_APPEND'?)"});
    EXPECT_EQ(said("errno", "\"open\"", "flags = \"MSG_DONTWAIT\""),
              Lines{"p:5:13: a flag MSG_… on 'open' cannot mean anything (it takes no such flags)"});
    EXPECT_EQ(said("errno", "\"mmap\"", "flags = [\"PROT_EXEC\", \"MAP_SHARED\"]"), Lines{});
}

TEST(SelectorKeys, CallersSitesThreadsAndProgramsArrive)
{
    const Valid plan(with("caller = [\"libfoo*!do_*\", \"!libc.so*\"]\nsite = [\"9f0c5ad1\"]\nthread = \"io-*\"\n"
                          "program = \"tar\""));
    const auto callers = plan.view(plan.view(plan->caller_sets)[plan.fault().caller_set]);
    ASSERT_EQ(callers.size(), 2U);
    EXPECT_EQ(plan.text(callers[0].module), "libfoo*");
    EXPECT_EQ(plan.text(callers[0].function), "do_*");
    EXPECT_EQ(callers[1].negated, 1U);
    EXPECT_EQ(plan.view(plan.fault().sites)[0], 0x9f0c5ad1U);
    EXPECT_EQ(plan.text(plan.view(plan.view(plan->thread_sets)[plan.fault().thread_set])[0].pattern), "io-*");
    EXPECT_EQ(plan.text(plan.view(plan.fault().program_globs)[0].pattern), "tar");
    EXPECT_TRUE(plan->names_threads);
    EXPECT_EQ(mistakes(with("caller = \"/lib/libc.so.6\"")),
              Lines{"p:4:10: caller is '/lib/libc.so.6'; a module is named by its file's last part (write it without "
                    "directories)"});
    EXPECT_EQ(
        mistakes(with("caller = \"libc.so.6!\"")),
        Lines{"p:4:10: caller is 'libc.so.6!'; it must be a module such as \"libc.so*\", or \"module!function\""});
    EXPECT_EQ(mistakes(with("site = \"9f0c\"")), Lines{"p:4:8: site is '9f0c'; it must be eight hexadecimal digits, as "
                                                       "events show them (\"9f0c5ad1\")"});
    EXPECT_EQ(mistakes(with("thread = \"a-name-much-too-long\"")),
              Lines{"p:4:10: thread is 'a-name-much-too-long'; a thread's name has at most 15 characters (cut it "
                    "there)"});
    EXPECT_EQ(mistakes(with("program = \"/bin/tar\"")),
              Lines{"p:4:11: program is '/bin/tar'; a program's name has no '/' (write its last part)"});
}

TEST(TriggerKeys, Arrive)
{
    const Valid plan(with("after = \"2s\"\nuntil = \"1m\"\nbudget = \"1KiB\"\nburst = { enter = 0.5, leave = 1.0 }\n"
                          "sticky = \"fd\"\non = 3\ncount = \"fd\""));
    const auto& fault = plan.fault();
    EXPECT_EQ(fault.after, 2'000'000'000U);
    EXPECT_EQ(fault.until, 60'000'000'000U);
    EXPECT_EQ(fault.budget, 1024U);
    EXPECT_EQ(fault.burst.enter, std::uint64_t{1} << 63U);
    EXPECT_EQ(fault.burst.leave, unlimited);
    EXPECT_EQ(fault.sticky, Sticky::fd);
    EXPECT_EQ(fault.count, Count::fd);
    EXPECT_FALSE(fault.plain);
    EXPECT_TRUE(Valid(with("probability = 0.5\nmax_triggers = 3")).fault().plain);
}

TEST(TriggerKeys, ThatContradictEachOtherAreMistakes)
{
    EXPECT_EQ(mistakes(with("after = \"2s\"\nuntil = \"1s\"")),
              Lines{"p:5:1: the window ends before it begins (until has to be later than after)"});
    EXPECT_EQ(mistakes(with("until = \"0s\"")),
              Lines{"p:4:9: until is '0s'; the fault would never fire (enabled = false switches it off)"});
    EXPECT_EQ(mistakes(with("budget = 10\ncount = \"site\"")),
              Lines{"p:5:1: a budget is that of the process or of each descriptor, not of each site (count = "
                    "\"process\" or \"fd\")"});
    EXPECT_EQ(mistakes(with("on = 3\nsticky = \"fault\"\nmax_triggers = 1")),
              Lines{"p:5:1: a fault cannot fire for good and at most so many times (leave out sticky or "
                    "max_triggers)"});
    EXPECT_EQ(mistakes(with("sticky = \"fault\"")),
              Lines{"p:4:1: it fires at every match anyway (add a trigger, or leave sticky out)"});
    EXPECT_EQ(mistakes(with("sticky = \"no\"")), Lines{"p:4:10: unknown sticky 'no' (it must be fault, fd or site)"});
    EXPECT_EQ(mistakes(with("burst = 0.5")),
              Lines{"p:4:9: burst is a number with a fraction; it must be a table, { enter = 0.01, leave = 0.25 }"});
    EXPECT_EQ(mistakes(with("burst = { enter = 0.5 }")),
              Lines{"p:4:9: burst is a table; it must be a table, { enter = 0.01, leave = 0.25 }, with both"});
    EXPECT_EQ(mistakes(with("burst = { enter = 0.5, leave = 0 }")),
              Lines{"p:4:32: burst.leave is 0; it must be above 0.0 and at most 1.0"});
    EXPECT_EQ(said("errno", "\"fsync\"", "budget = 10"),
              Lines{"p:5:13: a budget on 'fsync' cannot mean anything (the bytes that go through it cannot be counted "
                    "beforehand)"});
    EXPECT_EQ(said("errno", "\"malloc\"", "on = 2\ncount = \"fd\""),
              Lines{"p:6:13: counting by descriptor on 'malloc' cannot mean anything (it has no descriptor)"});
    EXPECT_EQ(said("errno", "\"malloc\"", "budget = \"10MiB\""), Lines{}) << "memory has a budget too";
}

TEST(TriggerKeys, AtMostThreeBudgetsOnOneFunction)
{
    std::string text;
    for (int i = 0; i < 4; ++i)
        text +=
            "[[fault]]\nname = \"f" + std::to_string(i) + "\"\ntype = \"errno\"\nbudget = 10\nfunctions = \"write\"\n";
    EXPECT_EQ(mistakes(text),
              Lines{"p:19:1: at most 3 faults with a budget may name the same function, and this is one "
                    "more for 'write' (take it out of one of them)"});
}

TEST(TypeKeys, TakeTheirKeys)
{
    EXPECT_EQ(Valid(with("signal", "signal = \"SIGTERM\"\ninterrupt = true")).fault().signal, SIGTERM);
    EXPECT_EQ(Valid(with("signal", "signal = \"SIGRTMIN+2\"")).fault().signal, 36);
    EXPECT_EQ(Valid(with("crash", "")).fault().signal, SIGKILL);
    EXPECT_EQ(Valid(with("crash", "status = 3")).fault().status, 3);
    EXPECT_EQ(Valid(fault("crash", "\"write\"", "moment = \"torn\"")).fault().moment, Moment::torn);
    EXPECT_EQ(Valid(with("throttle", "rate = \"64KiB/s\"")).fault().rate, 65536U);
    const Valid clock(fault("clock", "\"time\"", "offset = \"-1h\"\nspeed = 2.5"));
    EXPECT_EQ(clock.fault().clock_offset, -3'600'000'000'000);
    EXPECT_EQ(clock.fault().clock_speed, 2.5);
    EXPECT_TRUE(clock->moves_clock);
}

TEST(TypeKeys, RefuseWhatCannotMeanAnything)
{
    EXPECT_EQ(mistakes(with("signal", "signal = \"SIGTREM\"")),
              Lines{"p:4:10: unknown signal 'SIGTREM' (did you mean 'SIGTERM'?)"});
    EXPECT_EQ(mistakes(with("crash", "signal = \"SIGCHLD\"")),
              Lines{"p:4:10: signal is 'SIGCHLD'; it does not end a process (SIGKILL, the default, does)"});
    EXPECT_EQ(mistakes(with("crash", "signal = \"SIGTERM\"\nstatus = 3")),
              Lines{"p:4:1: a fault has either 'signal' or 'status', not both (leave one out)"});
    EXPECT_EQ(mistakes(with("throttle", "rate = \"64KiB\"")),
              Lines{"p:4:8: rate is '64KiB'; it must be a rate such as \"64KiB/s\""});
    EXPECT_EQ(mistakes(with("throttle", "rate = \"0B/s\"")),
              Lines{"p:4:8: rate is '0B/s'; nothing would ever pass (type 'hang' does that)"});
    EXPECT_EQ(said("clock", "\"time\""),
              Lines{"p:1:1: a clock fault needs 'offset' or 'speed' (else the time is right)"});
    EXPECT_EQ(said("clock", "\"time\"", "speed = -1.0"),
              Lines{"p:4:9: speed is -1; it must be from 0.0 (the clock stands still) to 1000.0"});
    EXPECT_EQ(said("clock", "\"read\"", "offset = \"1h\""),
              Lines{"p:5:13: clock on 'read' cannot mean anything (it does not tell the time)"});
    EXPECT_EQ(
        said("crash", "[\"read\", \"fsync\"]", "moment = \"torn\""),
        Lines{"p:4:1: moment is 'torn', and none of these functions writes in a way that could stop halfway (leave "
              "it out: the process ends before the call)"});
    EXPECT_EQ(said("crash", "[\"write\", \"fsync\", \"rename\"]", "moment = \"torn\""), Lines{}) << "some can be torn";
    EXPECT_EQ(
        said("corruption", "\"read\"", "attributes = { size = 0 }"),
        Lines{"p:5:13: corruption of attributes on 'read' cannot mean anything (it tells nothing of a file or a file "
              "system)"});
    EXPECT_EQ(said("corruption", "\"stat\"", "attributes = { siez = 0 }"),
              Lines{"p:4:16: unknown attribute 'siez' (did you mean 'size'?)"});
    EXPECT_EQ(
        said("corruption", "\"statfs\"", "attributes = { size = 0 }"),
        Lines{"p:4:16: 'statfs' does not tell 'size' (it tells type, blksize, blocks, free, available, inodes and "
              "free_inodes)"});
    EXPECT_EQ(said("corruption", "[\"stat\", \"statfs\"]", "attributes = { size = 0 }").size(), 1U);
    EXPECT_EQ(said("corruption", "\"*stat*\"", "attributes = { size = 0, free = 1 }"), Lines{}) << "some tell each";
    EXPECT_EQ(
        said("corruption", "\"stat\"", "attributes = { size = 0 }\nbytes = 3"),
        Lines{"p:5:1: 'bytes' cannot mean anything beside 'attributes' (it is about the bytes that a call moves)"});
    EXPECT_EQ(said("corruption", "\"stat\"", "attributes = { mode = 644 }"),
              Lines{"p:4:23: mode is an integer; it must be a string of octal digits such as \"0644\""});
    EXPECT_EQ(said("corruption", "\"stat\"", "attributes = { mode = \"0888\" }"),
              Lines{"p:4:23: mode is '0888'; it must be a string of octal digits such as \"0644\""});
    EXPECT_EQ(said("corruption", "\"stat\"", "attributes = { size = -1 }"),
              Lines{"p:4:23: size is -1; it must be 0 or more, at most 2^63-1"});
    EXPECT_EQ(said("corruption", "\"stat\"", "attributes = { mtime = \"yesterday\" }").size(), 1U);
    EXPECT_EQ(said("corruption", "\"stat\"", "attributes = {}"),
              Lines{"p:4:14: attributes is an empty table (name at least one, such as size = 0)"});
    EXPECT_EQ(said("corruption", "\"stat\"", "attributes = 3"),
              Lines{"p:4:14: attributes is an integer; it must be a table of attributes such as { size = 0, mtime = "
                    "\"-1h\" }"});
    EXPECT_EQ(
        said("corruption", "\"read\"", "mode = \"reverse\"\ncontiguous = true"),
        Lines{"p:5:1: 'contiguous' cannot mean anything with mode 'reverse' (its bytes lie side by side as it is)"});
    EXPECT_EQ(said("drop", "\"read\""), Lines{"p:4:13: drop on 'read' cannot mean anything (there is nothing that it "
                                              "could lose and still report success)"});
    EXPECT_EQ(said("reset", "\"open\""),
              Lines{"p:4:13: reset on 'open' cannot mean anything (it does not work on a connection)"});
    EXPECT_EQ(said("throttle", "\"open\"", "rate = \"1B/s\""),
              Lines{"p:5:13: throttle on 'open' cannot mean anything (it moves no data that can be counted)"});
    EXPECT_EQ(said("corruption", "\"printf\""),
              Lines{"p:4:13: corruption on 'printf' cannot mean anything (its data is made or taken apart inside libc, "
                    "which writes or reads it later)"});
    EXPECT_EQ(said("corruption", "\"sendfile\""),
              Lines{"p:4:13: corruption on 'sendfile' cannot mean anything (the kernel moves its data, past the "
                    "program's memory)"});
    EXPECT_EQ(said("move", "\"malloc\""),
              Lines{"p:4:13: move on 'malloc' cannot mean anything (it does not resize a block as realloc does)"});
    EXPECT_EQ(said("wake", "\"read\""),
              Lines{"p:4:13: wake on 'read' cannot mean anything (it is not a wait that may wake without a reason)"});
    EXPECT_EQ(
        said("shuffle", "\"seekdir\""),
        Lines{"p:4:13: shuffle on 'seekdir' cannot mean anything (it does not list a directory as readdir does)"});
    EXPECT_EQ(said("errno", "\"malloc\"", "errno = \"EINTR\""),
              Lines{"p:5:13: EINTR on 'malloc' cannot mean anything (no signal interrupts it)"});
    EXPECT_EQ(said("signal", "\"malloc\"", "signal = \"SIGUSR1\"\ninterrupt = true"),
              Lines{"p:6:13: EINTR on 'malloc' cannot mean anything (no signal interrupts it)"});
    EXPECT_EQ(said("signal", "\"malloc\"", "signal = \"SIGUSR1\""), Lines{}) << "without EINTR it may be anywhere";
}

TEST(Selectors, TakePlacesInTheTree)
{
    const Valid plan(with("lineage = [\"0.2.*\", \"!0.2.1\"]"));
    EXPECT_TRUE(plan.fault().has(Selector::lineage));
    EXPECT_EQ(plan.described(),
              "x: all calls to write at 0.2.* but not at 0.2.1 fail with one of the errors that can really "
              "happen to them");
    EXPECT_EQ(mistakes(with("lineage = \"worker\"")),
              Lines{"p:4:11: lineage is 'worker'; a place in the tree is made of numbers and dots (\"0.2.*\")"});
}

TEST(Descriptions, SayWhatTheFaultDoes)
{
    const auto described = [](std::string_view type, std::string_view functions, std::string_view more) {
        return Valid(fault(type, functions, more)).described();
    };
    EXPECT_EQ(described("reset", "\"send\"", "peer = \"[::1]:443\"\nbudget = 5\ncount = \"fd\""),
              "x: calls to send with peer [::1]:443 break the connection for good, as a reset by the peer does, once 5 "
              "bytes have gone through that descriptor");
    EXPECT_EQ(described("clock", "\"time\"", "offset = \"-90m\""),
              "x: all calls to time tell another time, 90m behind");
    EXPECT_EQ(described("crash", "\"write\"", "moment = \"torn\"\nstatus = 4"),
              "x: all calls to write write half, where they write, and then end the process with status 4");
    EXPECT_EQ(described("hold", "\"rename\"", "file = \"/tmp/go\"\ndelay = \"2s\""),
              "x: all calls to rename wait until '/tmp/go' exists, at most 2s, and proceed");
    EXPECT_EQ(described("errno", "\"open\"",
                        "errno = \"EROFS\"\nflags = [\"O_WRONLY\", \"!O_CREAT\"]\nsticky = "
                        "\"fault\"\non = 2"),
              "x: calls to open with O_WRONLY without O_CREAT fail with EROFS, at match 2, and from the first on at "
              "every later match");
}

} // namespace
} // namespace faultline::language
