#include "host.hpp"

#include <sys/socket.h>
#include <unistd.h>

int main()
{
    const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    for (const int type : types) {
        int ends[2];
        IS(socketpair(AF_UNIX, type, 0, ends), 0);
        IS(write(ends[0], "x", 1), 1);
    }
    int ends[2];
    IS(pipe(ends), 0);
    IS(write(ends[1], "x", 1), 1);
    return 0;
}
