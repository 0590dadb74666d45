#include "host.hpp"

#include <time.h>

int main()
{
    timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (int i = 0; i < 3; ++i)
        GIVES(write(1, "", 0), 0, untouched);
    clock_gettime(CLOCK_MONOTONIC, &after);
    const long ns = (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec;
    IS(ns >= 6000000, true); // never less; how much more is the machine's business
    return 0;
}
