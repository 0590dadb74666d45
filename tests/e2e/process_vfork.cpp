#include "host.hpp"

[[gnu::noinline]] static int deep(int levels)
{
    volatile char room[200];
    room[0] = 1;
    if (levels > 0) return deep(levels - 1) + room[0];
    const pid_t pid = vfork();
    if (pid == 0) _exit(7);
    int status = 0;
    IS(waitpid(pid, &status, 0), pid);
    IS(WEXITSTATUS(status), 7);
    return 0;
}

int main()
{
    for (int i = 0; i < 50; ++i)
        IS(deep(i), i);
    GIVES(fork(), -1, EAGAIN);
    return 0;
}
