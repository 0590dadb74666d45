// expect: corrupt
// check: test "$(wc -c < in.txt)" -eq 11
// It overwrites the only copy.
#include "corpus.h"

int main(void)
{
    char bytes[64];
    const int in = open("in.txt", O_RDONLY);
    if (in < 0) return failed("open");
    const ssize_t got = read_all(in, bytes, sizeof bytes);
    if (got < 0) return failed("read");
    close(in);
    bytes[0] = 'A';
#ifdef SOUND
    const char* const path = "in.new";
#else
    const char* const path = "in.txt";
#endif
    const int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) return failed("open");
    int wrong = write_all(out, bytes, (size_t)got);
    if (close(out) != 0) wrong = -1;
    if (wrong == 0 && strcmp(path, "in.txt") != 0) wrong = rename(path, "in.txt");
    if (wrong != 0 && strcmp(path, "in.txt") != 0) unlink(path);
    return wrong == 0 ? 0 : failed("write");
}
