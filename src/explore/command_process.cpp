#include "explore/command_process.hpp"

#include "explore/fork_client.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace faultline::explore {

namespace {

void attach(const char* path, int flags, int to)
{
    const int fd = ::open(path, flags, 0600);
    if (fd < 0) ::_exit(126);
    if (fd == to) return;
    ::dup2(fd, to);
    ::close(fd);
}

void limit(__rlimit_resource what, std::uint64_t most)
{
    rlimit both{};
    ::getrlimit(what, &both);
    both.rlim_max = std::min<rlim_t>(both.rlim_max, most);
    both.rlim_cur = both.rlim_max;
    ::setrlimit(what, &both);
}

} // namespace

Paths paths_of(const Stage& stage, const Command& command, bool serves)
{
    const auto& surroundings = stage.surroundings;
    const auto* const prefix = serves ? "/server-" : "/";
    return {surroundings.input.empty() ? "/dev/null" : surroundings.input,
            stage.here + prefix + (command.looked_at ? "out" : "other"),
            stage.here + prefix + (command.looked_at ? "err" : "other"),
            stage.mounted || surroundings.in_place ? surroundings.working : stage.here + "/work"};
}

void become(const Stage& stage, const Command& command, int go, int server_channel, const door::Door* door)
{
    const auto& surroundings = stage.surroundings;
    char byte = 0;
    while (go >= 0 && ::read(go, &byte, 1) < 0 && errno == EINTR) {
    }
    ::setsid();
    if (!stage.isolated) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int signal = 1; signal < NSIG; ++signal)
        ::signal(signal, SIG_DFL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, surroundings.most_files);
    limit(RLIMIT_FSIZE, surroundings.most_file_bytes);
    if (surroundings.most_data_bytes != 0) limit(RLIMIT_DATA, surroundings.most_data_bytes);
    ::personality(ADDR_NO_RANDOMIZE);
    const bool serves = server_channel >= 0;
    const auto paths = paths_of(stage, command, serves);
    // Before the streams come to their places, it goes out of their way.
    if (serves) server_channel = ::fcntl(server_channel, F_DUPFD, ForkServer::descriptor + 1);
    attach(paths.input.c_str(), O_RDONLY, 0);
    attach(paths.output.c_str(), output_flags, 1);
    if (command.looked_at)
        attach(paths.error.c_str(), output_flags, 2);
    else
        ::dup2(1, 2);
    ::umask(022);
    if (::chdir(paths.directory.c_str()) != 0) ::_exit(126);
    if (serves) ::dup2(server_channel, ForkServer::descriptor);
    ::syscall(SYS_close_range, serves ? ForkServer::descriptor + 1 : 3, ~0U, 0);
    std::vector<char*> arguments, environment;
    for (const auto& each : command.arguments)
        arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    for (const auto& each : command.environment)
        environment.push_back(const_cast<char*>(each.c_str()));
    if (serves) environment.push_back(const_cast<char*>(ForkServer::variable));
    environment.push_back(nullptr);
    if (door != nullptr) door::Door::enter(door);
    ::execve(command.path.c_str(), arguments.data(), environment.data());
    if (errno == ENOEXEC) { // a script without a first line that says so
        arguments[0] = const_cast<char*>(command.path.c_str());
        arguments.insert(arguments.begin(), const_cast<char*>("/bin/sh"));
        ::execve("/bin/sh", arguments.data(), environment.data());
    }
    ::_exit(127);
}

} // namespace faultline::explore
