// expect: told-wrong
// It says that a part could not be read, and ends as if all was well.
#include "corpus.h"

int main(void)
{
    char bytes[64];
    const int in = open("in.txt", O_RDONLY);
    if (in < 0) return failed("open in.txt");
    ssize_t got = read_all(in, bytes, sizeof bytes);
    if (got < 0) {
        failed("read");
#ifdef SOUND
        return 1;
#endif
        got = 0;
    }
    close(in);
    return write_all(1, bytes, (size_t)got) == 0 ? 0 : failed("write");
}
