#include "host.hpp"

#include <spawn.h>

int main()
{
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    pid_t pid = -7;
    GIVES(fork(), -1, EAGAIN);
    GIVES(posix_spawn(&pid, "/bin/true", nullptr, nullptr, arguments, environ), EAGAIN, untouched);
    GIVES(posix_spawnp(&pid, "true", nullptr, nullptr, arguments, environ), EAGAIN, untouched);
    IS(pid, -7);
    GIVES(system("echo > made"), -1, EAGAIN);
    GIVES(popen("echo > made", "r"), nullptr, EAGAIN);
    GIVES(waitpid(-1, nullptr, 0), -1, ECHILD); // there was none
    GIVES(execve("/bin/true", arguments, environ), -1, EAGAIN);
    GIVES(execl("/bin/true", "true", nullptr), -1, EAGAIN);
    GIVES(execvp("true", arguments), -1, EAGAIN);
    return 0;
}
