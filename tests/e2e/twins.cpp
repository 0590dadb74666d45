#include "host.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

int main(int argc, char**)
{
    char bytes[8];
    const size_t n = (size_t)argc * 4; // not known to the compiler, so a fortified call checks it
    const int flags = argc == 1 ? O_RDONLY : O_RDWR;
    struct stat status;
    GIVES(open("x", flags), -1, EIO);
    GIVES(open("x", O_RDWR | O_CREAT, 0600), -1, EIO);
    GIVES(openat(AT_FDCWD, "x", flags), -1, EIO);
    GIVES(read(0, bytes, n), -1, EIO);
    GIVES(pread(0, bytes, n, 0), -1, EIO);
    GIVES(recv(0, bytes, n, 0), -1, EIO);
    GIVES(readlink("x", bytes, n), -1, EIO);
    GIVES(stat("x", &status), -1, EIO);
    GIVES(fstat(0, &status), -1, EIO);
    GIVES(lseek(0, 0, SEEK_CUR), -1, EIO);
    GIVES(ftruncate(0, 0), -1, EIO);
    GIVES(fcntl(0, F_GETFD), -1, EIO);
    GIVES(fopen("x", "r"), nullptr, EIO);
    GIVES(fread(bytes, 1, n, stdin), 0, EIO);
    GIVES(fgets(bytes, (int)n, stdin), nullptr, EIO);
    GIVES(realpath("x", nullptr), nullptr, EIO);
    pollfd set[2] = {};
    GIVES(poll(set, (nfds_t)argc, 0), -1, EIO);
    return 0;
}
