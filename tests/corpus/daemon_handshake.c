// expect: silent-wrong
// The daemon says that it is ready before it knows.
#include "corpus.h"

int main(void)
{
    int ends[2];
    char word = 0;
    if (pipe(ends) != 0) return failed("pipe");
    const pid_t child = fork();
    if (child < 0) return failed("fork");
    if (child == 0) {
        setsid();
        const int log = open("daemon.log", O_WRONLY | O_CREAT | O_TRUNC, 0644);
#ifdef SOUND
        if (log < 0) _exit(1);
#endif
        if (log >= 0 && write_all(log, "up\n", 3) != 0) _exit(1);
        if (write_all(ends[1], "x", 1) != 0) _exit(1);
        close(ends[1]);
        close(0);
        for (;;)
            pause();
    }
    close(ends[1]);
    if (read_all(ends[0], &word, 1) != 1) return failed("the daemon's start");
    return write_all(1, "started\n", 8) == 0 ? 0 : failed("write");
}
