// expect: silent-wrong out.txt is empty
// Where a write fails the program tries another way, and takes it for granted that this one goes through. One error is
// survived; on a disk that is full it is not.
#include "corpus.h"

static int put(int fd, const char* bytes, size_t count)
{
    if (write_all(fd, bytes, count) == 0) return 0;
    const ssize_t done = pwrite(fd, bytes, count, 0);
#ifdef SOUND
    if (done != (ssize_t)count) return -1;
#else
    (void)done;
#endif
    return 0;
}

int main(void)
{
    const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) return failed("open");
    if (put(out, "alpha\n", 6) != 0) return failed("write");
    return 0;
}
