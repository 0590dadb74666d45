#include "host.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

// In memory that cannot be written, so that touching the caller's buffer would kill us.
static const char text[] = "abcd";

int main()
{
    const int fd = open("written", O_WRONLY | O_CREAT, 0644);
    const iovec pieces[3] = {{(void*)text, 1}, {nullptr, 0}, {(void*)(text + 1), 3}};
    GIVES(write(fd, text, 4), 4, untouched);
    GIVES(pwrite(fd, text, 4, 4), 4, untouched);
    lseek(fd, 8, SEEK_SET);
    GIVES(writev(fd, pieces, 3), 4, untouched);

    int pair[2];
    char bytes[8];
    IS(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    const msghdr message = {nullptr, 0, (iovec*)pieces, 3, nullptr, 0, 0};
    GIVES(send(pair[0], text, 4, 0), 4, untouched);
    GIVES(sendto(pair[0], text, 4, 0, nullptr, 0), 4, untouched);
    GIVES(sendmsg(pair[0], &message, 0), 4, untouched);
    for (int i = 0; i < 3; ++i) {
        IS(recv(pair[1], bytes, 8, 0), 4);
        HOLDS(bytes, "accd");
    }
    return 0;
}
