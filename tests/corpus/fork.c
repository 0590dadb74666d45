// expect: silent-wrong
// The child's exit status is not looked at.
#include "corpus.h"

int main(void)
{
    const pid_t child = fork();
    if (child < 0) return failed("fork");
    if (child == 0) {
        const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
        _exit(out < 0 || write_all(out, "value\n", 6) != 0 || close(out) != 0 ? 1 : 0);
    }
    int status = 0;
    pid_t ended;
    do
        ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);
#ifdef SOUND
    if (ended < 0 || status != 0) return failed("the child");
#endif
    return 0;
}
