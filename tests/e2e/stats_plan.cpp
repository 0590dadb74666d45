#include "host.hpp"

int main()
{
    IS(chdir("/"), 0); // the name is relative to where the process started
    GIVES(fsync(1), -1, EIO);
    const pid_t child = fork();
    if (child == 0) {
        GIVES(fsync(1), -1, EIO);
        _exit(0);
    }
    REAP(child);
    return 0;
}
