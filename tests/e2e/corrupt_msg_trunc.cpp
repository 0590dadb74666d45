#include "host.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

int main()
{
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    char bytes[64], beyond[64];
    memset(beyond, 'x', 64);
    for (int i = 0; i < 3; ++i)
        IS(send(pair[1], beyond, 64, 0), 64);
    memset(bytes, 'x', 64);
    GIVES(recv(pair[0], bytes, 8, MSG_TRUNC), 64, untouched); // the datagram's length, of which eight bytes came
    HOLDS(bytes, "\0\0\0\0\0\0\0\0xxxxxxxx");
    IS(memcmp(bytes + 8, beyond, 56), 0);
    memset(bytes, 'x', 64);
    iovec piece = {bytes, 8};
    msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    GIVES(recvmsg(pair[0], &message, MSG_TRUNC), 64, untouched);
    HOLDS(bytes, "\0\0\0\0\0\0\0\0xxxxxxxx");
    IS(memcmp(bytes + 8, beyond, 56), 0);
    return 0;
}
