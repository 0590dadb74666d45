#include "host.hpp"

int main(int argc, char** argv)
{
    GIVES(fsync(1), -1, EIO);
    if (argc > 1) return 0;
    IS(chdir("sub"), 0);
    const pid_t child = fork();
    if (child == 0) execl(argv[0], argv[0], "leaf", nullptr);
    REAP(child);
    return 0;
}
