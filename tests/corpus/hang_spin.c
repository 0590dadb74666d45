// expect: hang spin
// A full disk: it tries again at once, until there is room. Of one error only: each costs seconds of spinning. Its twin
// does so where the error asks for it.
#include "corpus.h"

int main(void)
{
    ssize_t done;
    do
        done = write(1, "ready\n", 6);
#ifdef SOUND
    while (done < 0 && (errno == EINTR || errno == EAGAIN));
#else
    while (done < 0 && errno == ENOSPC);
#endif
    if (done < 0) return failed("write");
    return write_all(1, &"ready\n"[done], 6 - (size_t)done) == 0 ? 0 : failed("write");
}
