#include "host.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

int main()
{
    char bytes[16] = {}, a[3] = {}, b[8] = {};
    iovec pieces[2] = {{a, 3}, {b, 7}};
    const int fd = open("data", O_RDWR);
    GIVES(read(fd, bytes, 10), 5, untouched);
    HOLDS(bytes, "abcde\0");
    GIVES(read(fd, bytes, 10), 5, untouched); // goes on where it stopped
    HOLDS(bytes, "fghij");
    lseek(fd, 0, SEEK_SET);
    GIVES(readv(fd, pieces, 2), 5, untouched);
    HOLDS(a, "abc");
    HOLDS(b, "de\0");
    IS(pieces[1].iov_len, 7); // the caller's own
    const int out = open("out", O_WRONLY | O_CREAT, 0644);
    GIVES(write(out, "ABCDEFGHIJ", 10), 5, untouched);
    iovec given[2] = {{(void*)"KLM", 3}, {(void*)"NOPQRST", 7}};
    GIVES(writev(out, given, 2), 5, untouched);
    IS(given[1].iov_len, 7);

    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    GIVES(send(pair[0], "0123456789", 10, 0), 5, untouched);
    msghdr message = {};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    memset(b, 0, sizeof b);
    GIVES(recvmsg(pair[1], &message, 0), 5, untouched);
    HOLDS(a, "012");
    HOLDS(b, "34\0");
    IS(message.msg_iov == pieces && message.msg_iovlen == 2 && pieces[1].iov_len == 7, true);
    return 0;
}
