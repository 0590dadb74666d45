#include "host.hpp"

int main(int argc, char** argv)
{
    if (argc > 1) { // executed, with a descriptor from before
        GIVES(write(atoi(argv[1]), "x", 1), -1, ENOSPC);
        return 0;
    }
    const int fd = open("watched", O_WRONLY | O_CREAT, 0644);
    const pid_t child = fork();
    if (child == 0) {
        GIVES(write(fd, "x", 1), -1, ENOSPC);
        const int other = open("other", O_WRONLY | O_CREAT, 0644);
        GIVES(write(other, "o", 1), 1, untouched);
        char number[16];
        snprintf(number, sizeof number, "%d", fd);
        execl("/proc/self/exe", argv[0], number, nullptr);
    }
    REAP(child);
    GIVES(write(fd, "x", 1), -1, ENOSPC);
    return 0;
}
