/* What the programs of the corpus share: transfers that are done right. Whatever is planted stands in the program. */
#ifndef CORPUS_H
#define CORPUS_H
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* All of it, or -1. */
static inline int write_all(int fd, const char* bytes, size_t count)
{
    while (count > 0) {
        const ssize_t done = write(fd, bytes, count);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return -1;
        bytes += done;
        count -= (size_t)done;
    }
    return 0;
}

/* Up to the end, or -1. */
static inline ssize_t read_all(int fd, char* bytes, size_t room)
{
    size_t all = 0;
    while (all < room) {
        const ssize_t done = read(fd, bytes + all, room - all);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) return -1;
        if (done == 0) break;
        all += (size_t)done;
    }
    return (ssize_t)all;
}

/* Says what failed; returns the exit status. */
static inline int failed(const char* what)
{
    char line[128];
    const int length = snprintf(line, sizeof line, "%s failed\n", what);
    if (write(2, line, (size_t)length) < 0) return 2;
    return 1;
}
#endif
