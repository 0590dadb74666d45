#include "host.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

int main()
{
    const int file = open("lost", O_RDWR | O_CREAT | O_TRUNC, 0600);
    GIVES(write(file, "abcd", 4), 4, untouched);
    iovec pieces[2] = {{(void*)"ef", 2}, {(void*)"gh", 2}};
    GIVES(writev(file, pieces, 2), 4, untouched);
    IS(lseek(file, 0, SEEK_CUR), 8); // where the writes would have left it
    IS(lseek(file, 0, SEEK_END), 0);
    GIVES(pwrite(file, "abcd", 4, 100), 4, untouched);
    GIVES(fsync(file), 0, untouched);
    IS(lseek(file, 0, SEEK_END), 0);

    FILE* stream = fdopen(file, "r+");
    GIVES(fwrite("abcdef", 2, 3, stream), 3, untouched);
    IS(fputs("lost", stream) >= 0, true);
    IS(putc('x', stream), 'x');
    IS(fflush(stream), 0);
    IS(lseek(file, 0, SEEK_END), 0);

    int pair[2];
    char bytes[8] = {};
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    GIVES(send(pair[0], "abcd", 4, 0), 4, untouched);
    GIVES(recv(pair[1], bytes, 8, MSG_DONTWAIT), -1, EAGAIN); // not struck: a stream loses nothing that has come
    static char large[1 << 20];
    int room = 0;
    socklen_t size = sizeof room;
    IS(getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &room, &size), 0);
    IS(send(pair[0], large, sizeof large, MSG_DONTWAIT), room); // no more than it could have taken
    IS(send(pair[0], large, sizeof large, 0), sizeof large);

    IS(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    IS(raw(SYS_write, pair[1], "lost", 4), 4);
    IS(raw(SYS_write, pair[1], "next", 4), 4);
    GIVES(recv(pair[0], bytes, 8, 0), 4, untouched);
    HOLDS(bytes, "next");
    mmsghdr messages[2] = {};
    for (auto& message : messages) {
        message.msg_hdr.msg_iov = pieces;
        message.msg_hdr.msg_iovlen = 2;
    }
    GIVES(sendmmsg(pair[0], messages, 2, 0), 2, untouched);
    IS(messages[1].msg_len, 4);
    GIVES(raw(SYS_recvfrom, pair[1], bytes, 8, MSG_DONTWAIT, nullptr, nullptr), -1, EAGAIN);
    return 0;
}
