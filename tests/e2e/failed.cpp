#include "host.hpp"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

int main()
{
    char bytes[8] = {};
    void* const nowhere = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const int file = open("file", O_RDWR | O_CREAT, 0600);
    GIVES(pread(42, bytes, 8, 0), -1, EBADF);
    GIVES(pread(file, bytes, 8, 0), 0, untouched); // the end of the file is no failure
    GIVES(read(42, bytes, 8), -1, EBADF);
    GIVES(readv(file, (iovec*)8, 1), -1, EFAULT);
    GIVES(recv(file, bytes, 8, 0), -1, ENOTSOCK);
    GIVES(write(file, nowhere, 8), -1, EFAULT); // there is nothing to damage, and no copy to make
    GIVES(close(42), -1, EIO);
    return 0;
}
