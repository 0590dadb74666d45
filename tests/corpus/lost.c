// expect: lost
// recover: "$PROGRAM" recover
// Data without its commit mark is thrown away by recovery, and the mark's failure is not looked at.
#include "corpus.h"

static int put(const char* path, const char* text)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) return -1;
    const int wrong = write_all(fd, text, strlen(text));
    return close(fd) == 0 ? wrong : -1;
}

int main(int argc, char** argv)
{
    if (argc > 1 && strcmp(argv[1], "recover") == 0) {
        struct stat mark;
        if (stat("commit", &mark) != 0 || mark.st_size == 0) unlink("data.txt");
        unlink("commit");
        return 0;
    }
    if (put("data.txt", "value\n") != 0) return failed("data");
    const int wrong = put("commit", "done\n");
#ifdef SOUND
    if (wrong != 0) return failed("commit");
#endif
    (void)wrong;
    return 0;
}
