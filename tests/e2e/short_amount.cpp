#include "host.hpp"

int main()
{
    char bytes[16];
    const int fd = open("data", O_RDONLY);
    IS(pread(fd, bytes, 1, 0), 1); // one byte cannot be cut: no match
    IS(pread(fd, bytes, 0, 0), 0);
    IS(pread(fd, bytes, 10, 0), 3); // bytes = 3
    IS(pread(fd, bytes, 2, 0), 1);  // but fewer than asked
    IS(pread(fd, bytes, 10, 0), 9); // fraction = 0.99
    IS(pread(fd, bytes, 2, 0), 1);
    IS(pread(fd, bytes, 10, 0), 1);  // fraction = 0.01: at least one
    IS(pread(fd, bytes, 10, 0), 10); // and nothing without a fault
    return 0;
}
