/* Writes to /dev/null again and again, and says at which moment what comes of it changes: CLOCK_MONOTONIC in ns, a line each
 * on standard error. With "-s" it sleeps 100 us between two calls. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int main(int count, char** words)
{
    (void)words;
    const int fd = open("/dev/null", O_WRONLY);
    int before = 1;
    for (;;) {
        const int now = write(fd, "x", 1) == 1;
        if (now != before) {
            struct timespec time;
            clock_gettime(CLOCK_MONOTONIC, &time);
            dprintf(2, "%lld\n", time.tv_sec * 1000000000LL + time.tv_nsec);
            before = now;
        }
        if (count > 1) nanosleep(&(struct timespec){0, 100000}, NULL);
    }
}
