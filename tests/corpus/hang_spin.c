// expect: hang spin
// A full disk: it tries again at once, until there is room. Of one error only: each costs seconds of spinning.
#include "corpus.h"

int main(void)
{
    ssize_t done;
    int tries = 0;
    do
        done = write(1, "ready\n", 6);
#ifdef SOUND
    while (done < 0 && errno == EINTR && ++tries < 1000);
#else
    while (done < 0 && errno == ENOSPC && tries == 0);
#endif
    if (done < 0) return failed("write");
    return write_all(1, "ready\n" + done, 6 - (size_t)done) == 0 ? 0 : failed("write");
}
