#include "host.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

int main()
{
    char bytes[16] = {}, a[3] = {}, b[8] = {};
    iovec pieces[2] = {{a, 3}, {b, 8}};
    const int fd = open("data", O_RDONLY);
    GIVES(pread(fd, bytes, 16, 0), 7, untouched);
    GIVES(preadv(fd, pieces, 2, 0), 7, untouched);
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
    GIVES(send(pair[0], "abcdefghij", 10, 0), 7, untouched);
    IS(read(pair[1], bytes, 16), 7); // and no more came
    GIVES(send(pair[0], "ab", 2, 0), 1, untouched);
    IS(read(pair[1], bytes, 16), 1);
    IS(write(pair[0], "abcdefghij", 10), 10);
    GIVES(recv(pair[1], bytes, 16, 0), 7, untouched);
    FILE* stream = fopen("data", "r");
    IS(fread(bytes, 1, 10, stream), 7);
    rewind(stream);
    char* line = nullptr;
    size_t room = 0;
    IS(getdelim(&line, &room, -1, stream), 7);
    IS(strlen(line), 7);
    rewind(stream);
    IS(fgets(bytes, 16, stream) == bytes && strlen(bytes) == 7, true);
    return 0;
}
