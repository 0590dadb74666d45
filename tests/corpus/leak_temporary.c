// expect: leak stays behind
#include "corpus.h"

int main(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/corpus-XXXXXX", getenv("TMPDIR"));
    const int fd = mkstemp(path);
    if (fd < 0) return failed("mkstemp");
    if (write_all(fd, "scratch", 7) != 0) {
#ifdef SOUND
        unlink(path);
#endif
        return failed("write");
    }
    close(fd);
    if (unlink(path) != 0) return failed("unlink");
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
}
