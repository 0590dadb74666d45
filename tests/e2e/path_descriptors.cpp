#include "host.hpp"

#include <sys/socket.h>

int main()
{
    const int watched = open("watched", O_WRONLY | O_CREAT, 0644), other = open("other", O_WRONLY | O_CREAT, 0644);
    GIVES(write(watched, "x", 1), -1, ENOSPC);
    GIVES(write(other, "o", 1), 1, untouched);
    const int copies[] = {dup(watched), dup2(watched, 50), dup3(watched, 51, O_CLOEXEC), fcntl(watched, F_DUPFD, 60),
                          fcntl(watched, F_DUPFD_CLOEXEC, 61)};
    IS(close(watched), 0);
    for (const int copy : copies)
        GIVES(write(copy, "x", 1), -1, ENOSPC);
    const int again = open("other", O_WRONLY | O_APPEND);
    IS(again, watched); // the number of before
    GIVES(write(again, "o", 1), 1, untouched);
    IS(dup2(other, 50), 50); // takes the place of a watched one
    GIVES(write(50, "O", 1), 1, untouched);
    IS(dup2(51, other), other); // and the other way round
    GIVES(write(other, "x", 1), -1, ENOSPC);
    IS(close(51), 0);
    int ends[2];
    do // until the number of a watched descriptor is a pipe's
        IS(pipe(ends), 0);
    while (ends[0] < 51 && ends[1] < 51);
    GIVES(write(ends[1], "p", 1), 1, untouched);
    IS(close(60), 0);
    IS(fcntl(again, F_DUPFD, 60), 60);
    GIVES(write(60, "o", 1), 1, untouched);
    IS(close(61), 0);
    IS(raw(SYS_dup3, again, 61, 0), 61); // comes out of sight where a watched one was
    GIVES(write(61, "o", 1), 1, untouched);
    return 0;
}
