#include "host.hpp"

#include <time.h>

int main()
{
    const timespec span = {7, 11};
    timespec rest = {-1, -1};
    GIVES(nanosleep(&span, &rest), -1, EINTR);
    IS(rest.tv_sec, 7);
    IS(rest.tv_nsec, 11);
    rest = {-1, -1};
    GIVES(clock_nanosleep(CLOCK_MONOTONIC, 0, &span, &rest), EINTR, untouched);
    IS(rest.tv_sec, 7);
    rest = {-1, -1};
    GIVES(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &span, &rest), EINTR, untouched);
    IS(rest.tv_sec, -1);
    return 0;
}
