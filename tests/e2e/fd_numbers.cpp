#include "host.hpp"

int main()
{
    GIVES(fsync(7), -1, EBADF);
    GIVES(fsync(0), -1, EIO);
    GIVES(fsync(9), -1, EIO);
    return 0;
}
