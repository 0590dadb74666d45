#include "host.hpp"

#include <sys/time.h>
#include <time.h>

static long real(clockid_t clock)
{
    timespec time;
    raw(SYS_clock_gettime, clock, &time);
    return time.tv_sec;
}
static bool hour_behind(long told)
{
    return real(CLOCK_REALTIME) - told >= 3599 && real(CLOCK_REALTIME) - told <= 3601;
}

int main()
{
    timespec moment;
    timeval now;
    time_t stored = 0;
    IS(hour_behind(time(&stored)), true);
    IS(hour_behind(stored), true);
    IS(gettimeofday(&now, nullptr), 0);
    IS(hour_behind(now.tv_sec), true);
    IS(clock_gettime(CLOCK_REALTIME_COARSE, &moment), 0);
    IS(hour_behind(moment.tv_sec), true);
    IS(timespec_get(&moment, TIME_UTC), TIME_UTC);
    IS(hour_behind(moment.tv_sec), true);
    IS(clock_gettime(CLOCK_MONOTONIC, &moment), 0);
    IS(real(CLOCK_MONOTONIC) - moment.tv_sec <= 1, true); // its offset cannot be moved
    GIVES(clock_gettime((clockid_t)99, &moment), -1, EINVAL);
    return 0;
}
