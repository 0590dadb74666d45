// expect: leak descriptors
#include "corpus.h"

/* What is optional may be missing. */
static void configure(void)
{
    char bytes[64];
    const int fd = open("in.txt", O_RDONLY);
    if (fd < 0) return;
    if (read_all(fd, bytes, sizeof bytes) < 0) {
#ifdef SOUND
        close(fd);
#endif
        return;
    }
    close(fd);
}

int main(void)
{
    configure();
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
}
