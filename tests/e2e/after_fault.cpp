#include "host.hpp"

// Each process writes thrice and syncs thrice; in between the first forks, and the child does the same. "x": what the
// child executes does it too.
static void work()
{
    for (int i = 0; i < 3; ++i) {
        write(99, "abc", 3);
        fsync(99);
    }
}

int main(int count, char** arguments)
{
    work();
    if (count > 1) return 0;
    const pid_t child = fork();
    if (child == 0) {
        work();
        execl("/proc/self/exe", arguments[0], "x", nullptr);
    }
    REAP(child);
    work();
    return 0;
}
