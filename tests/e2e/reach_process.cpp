#include "host.hpp"

#include <signal.h>
#include <spawn.h>

int main()
{
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    IS(system("exit 3"), 3 << 8);        // system → fork, execve, waitpid
    FILE* stream = popen("exit 4", "r"); // popen → fork, pipe, execve
    IS(stream != nullptr, true);
    IS(pclose(stream), 4 << 8); // pclose → waitpid
    pid_t pid = 0;
    IS(posix_spawn(&pid, "/bin/true", nullptr, nullptr, arguments, environ), 0); // posix_spawn → execve
    IS(wait(nullptr), pid);                                                      // wait → wait4
    signal(SIGUSR1, SIG_IGN);                                                    // signal → sigaction
    IS(raise(SIGUSR1), 0);                                                       // raise → tgkill
    GIVES(fork(), -1, EAGAIN);
    GIVES(execve("/bin/true", arguments, environ), -1, EAGAIN);
    GIVES(waitpid(-1, nullptr, 0), -1, EAGAIN);
    IS(execvp("true", arguments), 0); // execvp → execve
}
