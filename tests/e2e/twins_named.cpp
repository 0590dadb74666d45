#include "host.hpp"

#include <sys/stat.h>

int main()
{
    struct stat64 status;
    GIVES(open64("x", O_RDONLY), -1, EIO);
    GIVES(open("x", O_RDONLY), -1, EIO);
    GIVES(fopen64("x", "r"), nullptr, EIO);
    GIVES(stat64("x", &status), -1, EIO);
    return 0;
}
