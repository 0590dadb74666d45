#include "host.hpp"

#include <locale.h>

extern "C" int sync_here(int fd);
extern "C" int sync_hidden(int fd);

int main()
{
    GIVES(fsync(99), -1, EBADF);
    GIVES(sync_here(99), -1, EBADF);
    for (int i = 0; i < 3; ++i)
        GIVES(sync_hidden(99), -1, EIO);               // by the symbol of a function that no one else can name
    IS(setlocale(LC_ALL, "C.UTF-8") != nullptr, true); // libc's own allocations are spared
    IS(malloc(10) == nullptr, true);
    return 0;
}
