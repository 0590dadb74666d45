#include "host.hpp"

#include <dirent.h>
#include <signal.h>

static int entries(const char* path)
{
    DIR* directory = opendir(path);
    int count = -2; // "." and ".."
    while (readdir(directory) != nullptr)
        ++count;
    IS(closedir(directory), 0);
    return count;
}

static void look()
{
    IS(entries("/proc/self/task"), 1);
    IS(entries("/proc/self/fd"), 4); // 0, 1, 2 and the directory itself
    sigset_t mask, pending;
    IS(sigprocmask(SIG_BLOCK, nullptr, &mask) == 0 && sigpending(&pending) == 0, true);
    for (int number = 1; number < NSIG; ++number) {
        struct sigaction action;
        if (sigaction(number, nullptr, &action) != 0) continue; // glibc's own
        IS(action.sa_handler == SIG_DFL, true);
        IS(sigismember(&mask, number) == 1 || sigismember(&pending, number) == 1, false);
    }
    int variables = 0;
    for (char** variable = environ; *variable != nullptr; ++variable, ++variables) {
        const bool known = strncmp(*variable, "PATH=", 5) == 0 || strncmp(*variable, "LD_PRELOAD=", 11) == 0 ||
                           strncmp(*variable, "FAULT_CONFIG=", 13) == 0 || strncmp(*variable, "FAULT_PLAN=", 11) == 0 ||
                           strncmp(*variable, "FAULT_LINEAGE=0:", 16) == 0;
        IS(known, true);
    }
    IS(variables, 5);
}

int main()
{
    look();
    srandom(7);
    srand48(7);
    for (int i = 0; i < 50; ++i) {
        GIVES(fsync(1), -1, EIO);
        GIVES(access("x", F_OK), -1, ENOENT);
        if (i % 10 != 0) continue;
        const long one = random();
        dprintf(1, "%ld %ld ", one, lrand48());
    }
    look();
    return 0;
}
