#include "host.hpp"

#include <sys/stat.h>

int main()
{
    int pair[2];
    IS(pipe(pair), 0);
    GIVES(syscall(SYS_write, pair[1], "a", 1L), 1, untouched);
    GIVES(syscall(SYS_write, pair[1], "b", 1L), -1, EIO);
    // As libuv asks for a file's state.
    struct statx state;
    const unsigned mask = STATX_BASIC_STATS;
    const int fd = (int)syscall(SYS_openat, AT_FDCWD, "file", O_CREAT | O_RDWR, 0600);
    GIVES(syscall(SYS_statx, AT_FDCWD, "file", 0, mask, &state), -1, EACCES);
    GIVES(syscall(SYS_statx, AT_FDCWD, "file", AT_SYMLINK_NOFOLLOW, mask, &state), -1, EACCES);
    GIVES(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, mask, &state), -1, EIO);
    GIVES(syscall(SYS_statx, AT_FDCWD, "only", 0, mask, &state), -1, ENOMEM);
    const int here = open(".", O_RDONLY | O_DIRECTORY);
    GIVES(syscall(SYS_statx, here, "file", 0, mask, &state), -1, ENOENT);
    GIVES(syscall(SYS_statx, AT_FDCWD, "/", 0, mask, &state), 0, untouched);
    // What openat by number opened is known by its path.
    GIVES(syscall(SYS_close, fd), -1, EIO);
    IS(syscall(SYS_getpid), getpid());
    return 0;
}
