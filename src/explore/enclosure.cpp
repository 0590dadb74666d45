#include "explore/enclosure.hpp"

#include "explore/crash.hpp"
#include "explore/namespaces.hpp"
#include "explore/servant.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace faultline::explore {

Enclosure::Enclosure(const Surroundings& surroundings, std::string directory)
    : directory_(std::move(directory)), stop_(surroundings.stop)
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        problem_ = std::strerror(errno);
        return;
    }
    Hello hello;
    pid_ = fork_isolated(hello);
    if (pid_ == 0) {
        ::close(ends[0]);
        serve_enclosure(surroundings, directory_, ends[1], hello);
    }
    ::close(ends[1]);
    channel_ = ends[0];
    if (pid_ < 0) {
        problem_ = std::strerror(errno);
        return;
    }
    if (::recv(channel_, &hello, sizeof hello, 0) != sizeof hello) {
        problem_ = "the process that is to run the commands has died";
        return;
    }
    isolation_ = {hello.mounts, hello.processes, hello.refused != 0 ? std::strerror(hello.refused) : ""};
    if (hello.mounts && surroundings.memory_bytes != 0) directory_ = fmt::format("/proc/{}/root{}", pid_, directory_);
}

Enclosure::~Enclosure()
{
    if (channel_ >= 0) ::close(channel_);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
}

End Enclosure::run(std::size_t command, std::chrono::nanoseconds limit, bool traced)
{
    const Request request{Request::Kind::run, static_cast<std::uint32_t>(command), traced, limit.count()};
    End end;
    end.status = SIGKILL;
    if (::send(channel_, &request, sizeof request, MSG_NOSIGNAL) != sizeof request) return end;
    constexpr int look_every_ms = 50;
    for (;;) {
        pollfd news{channel_, POLLIN, 0};
        if (::poll(&news, 1, look_every_ms) > 0) break;
        if (stop_ != nullptr && stop_->load()) ::kill(pid_, SIGKILL); // and all that it runs
    }
    static_cast<void>(::recv(channel_, &end, sizeof end, 0));
    return end;
}

std::string Enclosure::start_fork_server(std::size_t command)
{
    const Request request{Request::Kind::start_fork_server, static_cast<std::uint32_t>(command), false, 0};
    Refusal refusal;
    if (::send(channel_, &request, sizeof request, MSG_NOSIGNAL) != sizeof request ||
        ::recv(channel_, &refusal, sizeof refusal, 0) != sizeof refusal)
        return "the process that runs the commands has died";
    return refusal.text;
}

void Enclosure::stop_fork_server()
{
    const Request request{Request::Kind::stop_fork_server, 0, false, 0};
    Refusal refusal;
    if (::send(channel_, &request, sizeof request, MSG_NOSIGNAL) == sizeof request)
        static_cast<void>(::recv(channel_, &refusal, sizeof refusal, 0));
}

Crash Enclosure::last_crash() const { return read_crash(directory_ + "/crash"); }

} // namespace faultline::explore
