#include "host.hpp"

// Each process makes three calls, one after the other; "$1" tells how deep it is.
int main(int count, char** arguments)
{
    const int depth = count > 1 ? arguments[1][0] - '0' : 0;
    for (int i = 0; i < 3; ++i)
        fsync(99);
    if (depth == 3) return 0;
    const pid_t child = fork();
    if (child == 0) {
        fsync(99);
        const char next[] = {(char)('1' + depth), 0};
        execl("/proc/self/exe", arguments[0], next, nullptr);
    }
    REAP(child);
    return 0;
}
