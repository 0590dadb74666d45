// expect: mute-fail
#include "corpus.h"

int main(void)
{
    char bytes[64];
    const int in = open("in.txt", O_RDONLY);
#ifdef SOUND
    if (in < 0) return failed("open in.txt");
#else
    if (in < 0) return 1;
#endif
    const ssize_t got = read_all(in, bytes, sizeof bytes);
    if (got < 0) return failed("read");
    close(in);
    return write_all(1, bytes, (size_t)got) == 0 ? 0 : failed("write");
}
