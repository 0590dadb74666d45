#include "host.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>

static volatile int signals;
static void count(int)
{
    signals = signals + 1;
    errno = 77;
}

int main(int argc, char**)
{
    if (argc == 1) signal(SIGPIPE, count);
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    iovec piece = {(void*)"x", 1};
    msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    GIVES(write(pair[0], "x", 1), -1, EPIPE);
    IS(signals, 1);
    GIVES(writev(pair[0], &piece, 1), -1, EPIPE);
    IS(signals, 2);
    GIVES(send(pair[0], "x", 1, 0), -1, EPIPE);
    IS(signals, 3);
    GIVES(sendmsg(pair[0], &message, 0), -1, EPIPE);
    IS(signals, 4);
    GIVES(send(pair[0], "x", 1, MSG_NOSIGNAL), -1, EPIPE);
    GIVES(sendmsg(pair[0], &message, MSG_NOSIGNAL), -1, EPIPE);
    GIVES(read(pair[0], &argc, 1), -1, EPIPE);
    IS(signals, 4);
    return 0;
}
