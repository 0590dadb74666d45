#include "host.hpp"

#include <sys/time.h>
#include <time.h>

static long behind(long told)
{
    timespec time;
    raw(SYS_clock_gettime, CLOCK_REALTIME, &time);
    return time.tv_sec - told;
}

int main()
{
    timespec moment;
    timeval now;
    IS(syscall(SYS_clock_gettime, CLOCK_REALTIME, &moment), 0);
    IS(behind(moment.tv_sec) >= 3599 && behind(moment.tv_sec) <= 3601, true);
    IS(syscall(SYS_gettimeofday, &now, nullptr), 0);
    IS(behind(now.tv_sec) >= 3599 && behind(now.tv_sec) <= 3601, true);
    return 0;
}
