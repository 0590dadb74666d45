// expect: silent-wrong
// A read error is taken for the end of the file.
#include "corpus.h"

int main(void)
{
    char bytes[4];
    ssize_t got;
    const int in = open("in.txt", O_RDONLY);
    if (in < 0) return failed("open in.txt");
    const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) return failed("open out.txt");
    while ((got = read(in, bytes, sizeof bytes)) > 0)
        if (write_all(out, bytes, (size_t)got) != 0) return failed("write");
#ifdef SOUND
    if (got < 0) return failed("read");
#endif
    close(in);
    return close(out) == 0 ? 0 : failed("close");
}
