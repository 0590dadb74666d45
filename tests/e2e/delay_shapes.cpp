#include "host.hpp"

#include <sys/stat.h>

int main()
{
    struct stat status;
    for (int i = 0; i < 5; ++i) {
        GIVES(access(".", F_OK), 0, untouched);
        GIVES(stat(".", &status), 0, untouched);
        GIVES(lstat(".", &status), 0, untouched);
        GIVES(chmod(".", 0755), 0, untouched);
    }
    return 0;
}
