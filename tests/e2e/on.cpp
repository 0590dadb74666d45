#include "host.hpp"

#include <sys/stat.h>

int main()
{
    struct stat status;
    char bytes[8];
    for (int i = 0; i < 12; ++i) {
        access("x", F_OK);
        chmod("x", 0600);
        mkdir("x/y", 0700);
        stat("x", &status);
        lstat("x", &status);
        rmdir("x/y");
        readlink("x", bytes, 8);
        unlink("x");
        truncate("x", 0);
    }
    return 0;
}
