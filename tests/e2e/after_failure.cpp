#include "host.hpp"

#include <sys/mman.h>

int main()
{
    const int file = memfd_create("file", 0);
    const int other = memfd_create("other", 0);
    const int same = dup(file);
    GIVES(fsync(file), 0, untouched);  // fails and does not say so
    GIVES(fsync(other), 0, untouched); // another file has nothing to do with it
    GIVES(fdatasync(same), -1, EIO);   // the same one has, by whatever descriptor and function
    GIVES(fsync(file), 0, untouched);  // told once
    close(other);
    GIVES(fdatasync(other), -1, EBADF); // no file
    GIVES(fsync(same), 0, untouched);
    return 0;
}
