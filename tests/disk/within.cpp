// usage: within TYPE SIZE MKFS… -- COMMAND…
// Runs a command in a file system of its own, of a mount's TYPE and SIZE MiB, made by MKFS: it is the working directory. Ends
// as the command does; with 77 where there can be none, and says why.

#include "own_file_system.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int run(const std::string& directory, char** command)
{
    const auto child = ::fork();
    if (child == 0) {
        if (::chdir(directory.c_str()) == 0) ::execvp(command[0], command);
        std::perror(command[0]);
        ::_exit(127);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

int main(int count, char** words)
{
    using faultline::test::OwnFileSystem;
    if (count < 5) return 2;
    std::string mkfs;
    auto** command = words + 3;
    for (; *command != nullptr && *command != std::string_view("--"); ++command)
        mkfs += std::string(mkfs.empty() ? "" : " ") + *command;
    if (*command == nullptr || command[1] == nullptr) return 2;
    const auto skip = [words](const std::string& why) {
        std::printf("skipped: no %s here: %s\n", words[1], why.c_str());
        return 77;
    };
    if (const auto why = OwnFileSystem::own_mounts(); !why.empty()) return skip(why);
    try {
        const OwnFileSystem own(words[1], mkfs, static_cast<off_t>(std::atol(words[2])) << 20, "");
        return run(own.directory(), command + 1);
    } catch (const std::exception& error) {
        return skip(error.what());
    }
}
