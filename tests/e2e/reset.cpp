#include "host.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

static int connection(int* peer)
{
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    IS(bind(listener, (sockaddr*)&address, size) == 0 && listen(listener, 1) == 0, true);
    IS(getsockname(listener, (sockaddr*)&address, &size), 0);
    const int made = socket(AF_INET, SOCK_STREAM, 0);
    IS(connect(made, (sockaddr*)&address, size), 0);
    *peer = accept(listener, nullptr, nullptr);
    IS(close(listener), 0);
    return made;
}

int main()
{
    signal(SIGPIPE, SIG_IGN);
    char bytes[8];
    int peer;
    const int made = connection(&peer);
    const int copy = dup(made);
    GIVES(recv(made, bytes, 8, 0), -1, ECONNRESET);
    // All that is called later answers as the kernel does after an RST: here, on a copy, in a child, and at the peer.
    GIVES(recv(made, bytes, 8, 0), 0, untouched);
    GIVES(write(copy, "x", 1), -1, EPIPE);
    pollfd ready = {copy, POLLIN, 0};
    IS(poll(&ready, 1, 0), 1);
    IS((ready.revents & POLLHUP) != 0, true);
    if (const pid_t child = fork()) {
        REAP(child);
    } else {
        GIVES(send(copy, "x", 1, 0), -1, EPIPE);
        return 0;
    }
    GIVES(read(peer, bytes, 8), -1, ECONNRESET);

    const int other = connection(&peer);
    GIVES(send(other, "x", 1, 0), -1, ETIMEDOUT); // the error that the plan names
    GIVES(send(other, "x", 1, 0), -1, EPIPE);

    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    GIVES(recv(pair[0], bytes, 8, 0), -1, ECONNRESET);
    GIVES(send(pair[0], "x", 1, 0), -1, EPIPE);
    GIVES(read(pair[1], bytes, 8), 0, untouched);

    const int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    GIVES(recv(datagrams, bytes, 8, MSG_DONTWAIT), -1, EAGAIN); // no connection: not a match
    return 0;
}
