// The keeper of the kernel's door: what the supervisor received and did not get to is answered, whenever it was killed.
#include "door/filter.hpp"
#include "door/shared.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::door {
namespace {

/// How a process ends whose one notified call was received by a supervisor that has died since: it was judged as far as
/// `place` has done. 0: the call was made; 1: it failed with EINTR.
template <class Place>
int end_of_target(const Place& place)
{
    auto* const memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& shared = *new (memory) Shared;
    shared.ready = 1;
    const pid_t supervisor = ::fork(); // beneath the filter itself; it makes no such call
    if (supervisor == 0) {
        auto program = make_filter(std::vector<int>{SYS_getpgid});
        const sock_fprog all{static_cast<unsigned short>(program.size()), program.data()};
        const int listener = install_filter(all);
        const pid_t target = ::fork();
        if (target == 0) {
            ::alarm(60); // so that a call that is not answered is a failure and no wait
            ::_exit(::getpgid(0) > 0 ? 0 : errno == EINTR ? 1 : 2);
        }
        const auto* const notification = receive(shared, listener);
        if (notification == nullptr) ::_exit(98);
        place(shared, notification->id);
        const pid_t dead = ::fork();
        if (dead == 0) ::_exit(0);
        const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, dead, 0));
        ::waitpid(dead, nullptr, 0);
        const pid_t keeper = ::fork();
        if (keeper == 0) keep(shared, listener, pidfd);
        int status = 0;
        ::waitpid(target, &status, 0);
        ::kill(keeper, SIGKILL);
        ::waitpid(keeper, nullptr, 0);
        ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 99);
    }
    int status = 0;
    ::waitpid(supervisor, &status, 0);
    ::munmap(memory, sizeof(Shared));
    return WEXITSTATUS(status);
}

class DoorKeeper : public testing::Test {
    void SetUp() override
    {
        if (const auto* const why = why_no_filters()) GTEST_SKIP() << why;
    }
};

TEST_F(DoorKeeper, LetsPassWhatWasReceivedAndHasNoPlaceYet)
{
    EXPECT_EQ(end_of_target([](Shared&, std::uint64_t) {}), 0);
}

TEST_F(DoorKeeper, LetsPassWhatWasOnlyJudged)
{
    EXPECT_EQ(end_of_target([](Shared& shared, std::uint64_t id) { shared.in_flight[7].id = id; }), 0);
}

TEST_F(DoorKeeper, NeverHasACallMadeThatMayHaveBeenPerformed)
{
    EXPECT_EQ(end_of_target([](Shared& shared, std::uint64_t id) {
                  shared.in_flight[7].state = InFlight::State::performing;
                  shared.in_flight[7].id = id;
              }),
              1);
}

} // namespace
} // namespace faultline::door
