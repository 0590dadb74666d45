#include "host.hpp"

#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

int main()
{
    const int file = open("file", O_RDWR | O_CREAT, 0640);
    IS(raw(SYS_write, file, "hello", 5), 5);
    const timespec times[2] = {{1000000, 500000000}, {2000000, 250000000}};
    IS(futimens(file, times), 0);

    struct stat status {};
    GIVES(stat("file", &status), 0, untouched);
    IS(status.st_size, 0);
    IS(status.st_mode, S_IFREG | 0600);
    IS(status.st_ino, 7);
    IS(status.st_mtim.tv_sec, 2000000 - 3601);
    IS(status.st_mtim.tv_nsec, 750000000);
    IS(status.st_atim.tv_sec, 12);
    GIVES(fstat(file, &status), 0, untouched);
    IS(status.st_ino, 7);
    GIVES(lstat("file", &status), 0, untouched);
    IS(status.st_ino, 7);
    GIVES(fstatat(AT_FDCWD, "file", &status, 0), 0, untouched);
    IS(status.st_ino, 7);
    GIVES(stat("missing", &status), -1, ENOENT);

    struct statx more {};
    GIVES(statx(AT_FDCWD, "file", 0, STATX_ALL, &more), 0, untouched);
    IS(more.stx_size, 0);
    IS(more.stx_mode, S_IFREG | 0600);
    IS(more.stx_ino, 7);
    IS(more.stx_mtime.tv_sec, 2000000 - 3601);
    IS(more.stx_mtime.tv_nsec, 750000000);
    IS(more.stx_uid, geteuid()); // the rest is left alone

    struct statfs system {};
    GIVES(statfs(".", &system), 0, untouched);
    IS(system.f_bfree, 0);
    IS(system.f_bavail, 0);
    IS(system.f_blocks != 0, true);
    GIVES(fstatfs(file, &system), 0, untouched);
    IS(system.f_bavail, 0);
    struct statvfs portable {};
    GIVES(statvfs(".", &portable), 0, untouched);
    IS(portable.f_bavail, 0);
    IS(portable.f_ffree, 3);
    IS(portable.f_favail, 3);
    GIVES(fstatvfs(file, &portable), 0, untouched);
    IS(portable.f_bfree, 0);
    return 0;
}
