#include "explore/fork_client.hpp"

#include "hook/fork_protocol.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace faultline::explore {

namespace {

using hook::ForkObstacle;

constexpr int patience_ms = 10'000; // for the loader and the constructors

// One format for each obstacle, with the hello's detail.
constexpr std::array obstacles{
    "",
    "its constructors begin threads ({} run before main)",
    "its constructors open or close descriptors (descriptor {})",
    "its constructors use a standard stream (descriptor {})",
    "its constructors change the working directory",
    "its constructors handle a signal (number {})",
    "its constructors start a timer",
    "its constructors start processes",
    "its constructors make memory that a child would share, miss or not have locked",
    "it has a sanitizer's run-time library",
    "its constructors lay faults of their own",
    "the kernel does not tell what has to be known of it (/proc/self/task, fd and smaps, PR_GET_TID_ADDRESS)",
};
static_assert(obstacles.size() == static_cast<std::size_t>(ForkObstacle::last) + 1);

} // namespace

bool ForkServer::answers() const
{
    pollfd one{channel_, POLLIN, 0};
    int ready = 0;
    while ((ready = ::poll(&one, 1, patience_ms)) < 0 && errno == EINTR) {
    }
    return ready > 0;
}

std::string ForkServer::take(pid_t pid, int channel)
{
    pid_ = pid;
    channel_ = channel;
    hook::ForkHello hello{};
    std::string problem;
    if (!answers())
        problem = fmt::format("it did not come to main within {} s", patience_ms / 1000);
    else if (::recv(channel_, &hello, sizeof hello, 0) != sizeof hello)
        problem = "it does not come to main, or the library is not loaded into it";
    else if (hello.version != hook::fork_protocol || hello.obstacle > ForkObstacle::last)
        problem = "the library is another version's";
    else if (hello.obstacle != ForkObstacle::none)
        problem = fmt::format(fmt::runtime(obstacles[static_cast<std::size_t>(hello.obstacle)]), hello.detail);
    if (!problem.empty()) end();
    return problem;
}

pid_t ForkServer::fork(const Surrounds& surrounds)
{
    if (pid_ < 0) return -1;
    hook::ForkRequest request{hook::fork_protocol};
    const int given[] = {surrounds.input, surrounds.output, surrounds.error, surrounds.directory};
    static_assert(std::size(given) == hook::fork_descriptors);
    iovec piece{&request, sizeof request};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof given)] = {};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    auto* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof given);
    std::memcpy(CMSG_DATA(header), given, sizeof given);
    hook::ForkAnswer answer{-1};
    if (::sendmsg(channel_, &message, MSG_NOSIGNAL) == sizeof request && answers() &&
        ::recv(channel_, &answer, sizeof answer, 0) == sizeof answer && answer.pid > 0)
        return answer.pid;
    end();
    return -1;
}

void ForkServer::end()
{
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    forget();
}

void ForkServer::forget()
{
    if (channel_ >= 0) ::close(channel_);
    pid_ = -1;
    channel_ = -1;
}

} // namespace faultline::explore
