// expect: leak processes
// A child that cannot be told to end is left behind.
#include "corpus.h"

int main(void)
{
    int ends[2];
    if (pipe(ends) != 0) return failed("pipe");
    const pid_t child = fork();
    if (child < 0) return failed("fork");
    if (child == 0) {
        char word = 0;
        if (read_all(ends[0], &word, 1) == 1) _exit(0);
        for (;;)
            pause();
    }
    if (write_all(ends[1], "x", 1) != 0) {
#ifdef SOUND
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
#endif
        return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
    }
#ifdef SOUND
    kill(child, SIGKILL); /* it may not have heard */
#endif
    waitpid(child, NULL, WNOHANG);
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
}
