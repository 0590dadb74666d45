#include "host.hpp"

#include <pthread.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>

static int begin(void*) { return 5; }

int main()
{
    const timespec moment = {0, 1000};
    timeval now{};
    IS(sleep(0), 0);                     // sleep → nanosleep
    IS(usleep(1), 0);                    // usleep → nanosleep
    IS(nanosleep(&moment, nullptr), 0);  // nanosleep → clock_nanosleep
    IS(thrd_sleep(&moment, nullptr), 0); // thrd_sleep → clock_nanosleep
    IS(time(nullptr) > 1000, true);      // time → clock_gettime
    IS(gettimeofday(&now, nullptr), 0);  // gettimeofday → clock_gettime
    thrd_t thread;
    int result = 0;
    IS(thrd_create(&thread, begin, nullptr), thrd_success); // thrd_create → pthread_create, mmap
    IS(thrd_join(thread, &result), thrd_success);           // thrd_join → pthread_join
    IS(result, 5);
    GIVES(clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, nullptr), EPERM, untouched);
    return 0;
}
