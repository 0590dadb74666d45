#include "host.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>

static volatile long in_handler, failed_in_handler;

static void handler(int)
{
    const int kept = errno;
    struct stat status;
    for (int i = 0; i < 3; ++i) {
        in_handler = in_handler + 1;
        if (stat("data", &status) == -1) failed_in_handler = failed_in_handler + 1;
    }
    errno = kept;
}

int main()
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    IS(sigaction(SIGALRM, &action, nullptr), 0);
    itimerval timer = {{0, 100}, {0, 100}};
    IS(setitimer(ITIMER_REAL, &timer, nullptr), 0);
    long outside = 0, failed = 0;
    struct stat status;
    while (in_handler < 3000) {
        ++outside;
        errno = untouched;
        if (stat("data", &status) == -1) {
            ++failed;
            IS(errno, EIO);
        } else {
            IS(errno, untouched);
        }
    }
    timer = {};
    IS(setitimer(ITIMER_REAL, &timer, nullptr), 0);
    FILE* file = fopen("counts", "w");
    fprintf(file, "\"matched\": %ld, \"triggered\": %ld,", outside + in_handler, failed + failed_in_handler);
    fclose(file);
    return 0;
}
