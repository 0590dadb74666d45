/* What a program acknowledges to somebody ("it is stored"), for a recording of its file operations: a power cut after
 * that must not lose it. It needs no library. */
#ifndef FAULTLINE_ACK_H
#define FAULTLINE_ACK_H

/* NOLINTBEGIN(modernize-*,misc-include-cleaner): C */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Adds a line to the recording: 0. Where nothing is being recorded: -1, with errno ENOENT. From any thread, and between
 * processes too: lines are never mixed. */
static inline int faultline_ack(const char* text)
{
    const char* const path = getenv("FAULT_RECORDING");
    int fd;
    struct iovec pieces[2];
    ssize_t written;
    if (path == NULL) {
        errno = ENOENT;
        return -1;
    }
    fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0) return -1;
    pieces[0].iov_base = (void*)text;
    pieces[0].iov_len = strlen(text);
    pieces[1].iov_base = (void*)"\n";
    pieces[1].iov_len = 1;
    written = writev(fd, pieces, 2);
    close(fd);
    return written == (ssize_t)(pieces[0].iov_len + 1) ? 0 : -1;
}

#ifdef __cplusplus
}
#endif
/* NOLINTEND(modernize-*,misc-include-cleaner) */

#endif
