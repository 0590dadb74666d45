#include "host.hpp"

int main(int, char** argv)
{
    const pid_t child = fork();
    for (int i = 0; i < 100; ++i)
        GIVES(fsync(1), -1, EIO);
    if (child == 0) return 0;
    REAP(child);
    return atoi(argv[1]);
}
