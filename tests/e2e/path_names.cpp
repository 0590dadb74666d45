#include "host.hpp"

#include <sys/stat.h>

int main()
{
    GIVES(access("dir/watched", F_OK), -1, EIO);
    GIVES(access("dir/./sub/..//watched", F_OK), -1, EIO);
    GIVES(access("watched", F_OK), -1, ENOENT);
    const int directory = open("dir", O_RDONLY | O_DIRECTORY);
    GIVES(faccessat(directory, "watched", F_OK, 0), -1, EIO);
    const int fd = openat(directory, "watched", O_RDWR);
    char byte;
    GIVES(read(fd, &byte, 1), -1, EIO);
    IS(chdir("dir/sub"), 0);
    GIVES(access("../watched", F_OK), -1, EIO);
    GIVES(access("watched", F_OK), -1, ENOENT);
    IS(chdir(".."), 0);
    GIVES(access("watched", F_OK), -1, EIO);
    struct stat status;
    GIVES(fstatat(fd, "", &status, AT_EMPTY_PATH), -1, EIO);
    GIVES(rename("here", "watched"), -1, EIO);
    GIVES(rename("watched", "there"), -1, EIO);
    GIVES(rename("here", "there"), 0, untouched);
    GIVES(access("", F_OK), -1, ENOENT);
    IS(raw(SYS_chdir, "/"), 0); // out of sight
    GIVES(access("watched", F_OK), -1, ENOENT);
    return 0;
}
