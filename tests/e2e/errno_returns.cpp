#include "host.hpp"

int main()
{
    char byte = 'x';
    GIVES(read(0, &byte, 1), 7, EIO);
    GIVES(close(999), -5, ENOSPC);
    IS(byte, 'x');
    return 0;
}
