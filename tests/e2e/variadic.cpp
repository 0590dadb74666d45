#include "host.hpp"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

static unsigned mode_of(int fd)
{
    struct stat status;
    IS(fstat(fd, &status), 0);
    return status.st_mode & 07777U;
}

int main()
{
    umask(0);
    IS(mode_of(open("a", O_WRONLY | O_CREAT, 0640)), 0640);
    IS(mode_of(openat(AT_FDCWD, "b", O_WRONLY | O_CREAT, 0604)), 0604);
    IS(mode_of(open64("c", O_WRONLY | O_CREAT, 0406)), 0406);
    IS(mode_of(open(".", O_TMPFILE | O_RDWR, 0600)), 0600);
    IS(mode_of(openat64(AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0611)), 0611);
    GIVES(open("a", O_RDONLY | O_DIRECTORY), -1, ENOTDIR);
    const int fd = open("a", O_RDWR);
    IS(fcntl(fd, F_GETFD), 0);
    IS(fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
    IS(fcntl(fd, F_GETFD), FD_CLOEXEC);
    IS(fcntl(fd, F_DUPFD, 77), 77);
    IS(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    IS(fcntl(fd, F_SETLK, &lock), 0);
    const pid_t child = fork();
    if (child == 0) {
        IS(fcntl(fd, F_GETLK, &lock), 0);
        IS(lock.l_pid, getppid());
        _exit(0);
    }
    REAP(child);
    int ends[2], waiting = 0;
    IS(pipe(ends), 0);
    IS(write(ends[1], "abc", 3), 3);
    IS(ioctl(ends[0], FIONREAD, &waiting) == 0 && waiting == 3, true);
    IS(prctl(PR_SET_NAME, "renamed"), 0);
    char name[16];
    IS(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "renamed") == 0, true);
    char* page = (char*)syscall(SYS_mmap, nullptr, 4096L, (long)(PROT_READ | PROT_WRITE),
                                (long)(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L);
    page[4095] = 'x';
    page = (char*)mremap(page, 4096, 8192, MREMAP_MAYMOVE);
    IS(page[4095], 'x');
    char text[64];
    IS(snprintf(text, sizeof text, "%d %s %.2f %c", 42, "s", 1.5, 'c'), 11);
    HOLDS(text, "42 s 1.50 c");
    int number = 0;
    double real = 0;
    IS(sscanf("17 2.5", "%d %lf", &number, &real) == 2 && number == 17 && real == 2.5, true);
    IS(dprintf(ends[1], "%s-%d-%.1f", "text", 7, 0.5), 10);
    IS(read(ends[0], text, 64), 13);
    HOLDS(text, "abctext-7-0.5");
    return 0;
}
