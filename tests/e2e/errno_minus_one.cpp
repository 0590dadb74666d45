#include "host.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>

int main()
{
    char byte;
    GIVES(read(0, &byte, 1), -1, EIO);
    GIVES(write(1, "x", 1), -1, EIO);
    GIVES(open("made", O_CREAT | O_WRONLY, 0600), -1, EIO);
    GIVES(poll(nullptr, 0, 0), -1, EIO);
    GIVES(fork(), -1, EIO);
    GIVES(fputs("x", stdout), EOF, EIO);
    GIVES(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED, EIO);
    GIVES(signal(SIGUSR1, SIG_IGN), SIG_ERR, EIO);
    return 0;
}
