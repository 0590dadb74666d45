#include "host.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

int main()
{
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    IS(write(pair[1], "kept", 4), 4);
    char bytes[4] = {};
    iovec piece = {bytes, 4};
    msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    GIVES(recv(pair[0], bytes, 4, 0), -1, ETIMEDOUT); // no limit had been set
    const timeval limit = {0, 20000};                 // a whole number of ticks at any HZ
    IS(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    GIVES(recv(pair[0], bytes, 4, 0), -1, EAGAIN);
    GIVES(recvmsg(pair[0], &message, 0), -1, EAGAIN);
    GIVES(readv(pair[0], &piece, 1), -1, EAGAIN);
    GIVES(recv(pair[0], bytes, 4, MSG_DONTWAIT), -1, EAGAIN);
    IS(bytes[0], 0);
    IS(read(pair[0], bytes, 4), 4); // nothing was taken out
    HOLDS(bytes, "kept");

    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    IS(bind(listener, (sockaddr*)&address, sizeof address) == 0 && listen(listener, 1) == 0, true);
    socklen_t size = sizeof address;
    IS(getsockname(listener, (sockaddr*)&address, &size), 0);
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    GIVES(connect(client, (sockaddr*)&address, sizeof address), -1, ETIMEDOUT);
    GIVES(send(client, "x", 1, MSG_NOSIGNAL), -1, EPIPE); // and it did not connect
    GIVES(accept(listener, nullptr, nullptr), -1, ETIMEDOUT);
    IS(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    GIVES(accept4(listener, nullptr, nullptr, 0), -1, EAGAIN);
    return 0;
}
