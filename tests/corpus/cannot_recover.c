// expect: cannot-recover
// A lock stays behind, and no later run gets past it.
#include "corpus.h"

int main(void)
{
#ifdef SOUND
    const int lock = open("lock", O_WRONLY | O_CREAT, 0644); /* an old one is taken over */
#else
    const int lock = open("lock", O_WRONLY | O_CREAT | O_EXCL, 0644);
#endif
    if (lock < 0) return failed("lock");
    const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0 || write_all(out, "value\n", 6) != 0 || close(out) != 0) {
#ifdef SOUND
        unlink("lock");
#endif
        return failed("out.txt");
    }
    return unlink("lock") == 0 ? 0 : failed("unlink");
}
