#include "host.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

int main()
{
    GIVES(open("data", O_WRONLY | O_APPEND), -1, EROFS);
    GIVES(open("data", O_WRONLY | O_APPEND | O_CREAT, 0600) >= 0, true, untouched);
    GIVES(open("data", O_RDWR | O_APPEND) >= 0, true, untouched); // O_WRONLY is no bit of O_RDWR
    GIVES(mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), -1, EPERM);
    GIVES(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED, true, untouched);
    int pair[2];
    char byte;
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    GIVES(send(pair[0], "x", 1, MSG_NOSIGNAL), 1, untouched);
    GIVES(recv(pair[1], &byte, 1, MSG_PEEK), -1, ENOMEM);
    GIVES(recv(pair[1], &byte, 1, 0), 1, untouched);
    struct stat status;
    GIVES(fstatat(AT_FDCWD, "data", &status, AT_SYMLINK_NOFOLLOW), -1, EIO);
    GIVES(fstatat(AT_FDCWD, "data", &status, 0), 0, untouched);
    return 0;
}
