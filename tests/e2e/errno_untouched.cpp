#include "host.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

int main()
{
    char bytes[8];
    struct stat status;
    errno = untouched;
    const int fd = open("data", O_RDWR | O_CREAT, 0644);
    IS(errno, untouched);
    for (int i = 0; i < 2; ++i) { // the first time looks a path up
        GIVES(write(fd, "abc", 3), 3, untouched);
        GIVES(pread(fd, bytes, 8, 0), 3 + 3 * i, untouched);
        GIVES(fstat(fd, &status), 0, untouched);
        GIVES(stat("data", &status), 0, untouched);
        GIVES(access("./../work/data", R_OK), 0, untouched);
        GIVES(close(dup(fd)), 0, untouched);
        GIVES(poll(nullptr, 0, 0), 0, untouched);
        GIVES(write(1, "", 0), 0, untouched); // a pipe: has no path
        errno = untouched;
        void* block = malloc(100);
        free(block);
        IS(errno, untouched);
        int pair[2];
        GIVES(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0, untouched);
        GIVES(send(pair[0], "x", 1, 0), 1, untouched);
        GIVES(recv(pair[1], bytes, 1, 0), 1, untouched);
    }
    return 0;
}
