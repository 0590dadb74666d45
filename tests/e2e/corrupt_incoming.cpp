#include "host.hpp"

#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>

int main()
{
    char bytes[8] = {};
    const int fd = open("data", O_RDONLY);
    GIVES(pread(fd, bytes, 8, 1), 7, untouched);
    HOLDS(bytes, "bceefgh");
    char a[2], b[4];
    iovec pieces[2] = {{a, 2}, {b, 4}};
    GIVES(readv(fd, pieces, 2), 6, untouched);
    HOLDS(a, "ab");
    HOLDS(b, "ddef"); // the third byte lies in the second piece
    GIVES(preadv(fd, pieces, 2, 0), 6, untouched);
    HOLDS(b, "ddef");

    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    msghdr message = {};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    for (int i = 0; i < 3; ++i)
        IS(write(pair[1], "abcd", 4), 4);
    GIVES(recv(pair[0], bytes, 8, 0), 4, untouched);
    HOLDS(bytes, "abdd");
    GIVES(recvfrom(pair[0], bytes, 8, 0, nullptr, nullptr), 4, untouched);
    HOLDS(bytes, "abdd");
    GIVES(recvmsg(pair[0], &message, 0), 4, untouched);
    HOLDS(a, "ab");
    HOLDS(b, "dd");

    FILE* stream = fopen("data", "r");
    IS(fread(bytes, 2, 2, stream), 2);
    HOLDS(bytes, "abdd");
    rewind(stream);
    IS(fgets(bytes, 5, stream) == bytes, true);
    HOLDS(bytes, "abdd\0");
    rewind(stream);
    char* line = nullptr;
    size_t room = 0;
    IS(getdelim(&line, &room, 'f', stream), 6);
    HOLDS(line, "abddef\0");
    rewind(stream);
    IS(fgetc(stream), 'b'); // one byte has no third: its own row has a range of its own
    bytes[2] = 0;
    IS(readlink("link", bytes, 8), 4);
    HOLDS(bytes, "text");
    return 0;
}
