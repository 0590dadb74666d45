// What the hosts share: saying what was wrong. A host leaves at its first wrong finding.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "raw.hpp"

namespace host {

/// What errno is before a call, and after one that must leave it alone.
constexpr int untouched = 12345;

[[noreturn]] inline void wrong(const char* file, int line, const char* what, long got, long wanted)
{
    char text[600];
    const int length = snprintf(text, sizeof text, "%s:%d: %s is %ld, not %ld\n", file, line, what, got, wanted);
    raw(SYS_write, 2, text, length);
    syscall(SYS_exit_group, 1);
    __builtin_trap();
}

inline void reap(pid_t pid, const char* file, int line, int wanted)
{
    int status = 0;
    if (waitpid(pid, &status, 0) != pid) wrong(file, line, "waitpid", errno, 0);
    if (status != wanted) wrong(file, line, "the child's status", status, wanted);
}

} // namespace host

using host::untouched;

/// The expression has this value.
#define IS(expression, value)                                                                                          \
    do {                                                                                                               \
        const long got_ = (long)(expression);                                                                          \
        if (got_ != (long)(value)) host::wrong(__FILE__, __LINE__, #expression, got_, (long)(value));                  \
    } while (0)

/// The call returns this value and leaves errno so: an error, or `untouched`.
#define GIVES(call, value, error)                                                                                      \
    do {                                                                                                               \
        errno = untouched;                                                                                             \
        const long got_ = (long)(call);                                                                                \
        const int errno_ = errno;                                                                                      \
        if (got_ != (long)(value)) host::wrong(__FILE__, __LINE__, #call, got_, (long)(value));                        \
        if (errno_ != (error)) host::wrong(__FILE__, __LINE__, "errno after " #call, errno_, (error));                 \
    } while (0)

/// These bytes are the text.
#define HOLDS(bytes, text) IS(memcmp(bytes, text, sizeof(text) - 1), 0)

/// The child ends, and with status 0, or with this wait status.
#define REAP(pid) host::reap(pid, __FILE__, __LINE__, 0)
#define REAP_AS(pid, status) host::reap(pid, __FILE__, __LINE__, status)
