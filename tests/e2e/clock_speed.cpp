#include "host.hpp"

#include <initializer_list>
#include <pthread.h>
#include <time.h>

static long told(clockid_t clock)
{
    timespec time;
    IS(clock_gettime(clock, &time), 0);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}
static void* look(void*)
{
    for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW})
        for (long i = 0, last = 0; i < 20000; ++i) {
            const long now = told(clock);
            IS(now >= last, true);
            last = now;
        }
    return nullptr;
}

int main()
{
    pthread_t threads[4];
    for (auto& thread : threads)
        IS(pthread_create(&thread, nullptr, look, nullptr), 0);
    for (auto& thread : threads)
        IS(pthread_join(thread, nullptr), 0);
    const long first = told(CLOCK_PROCESS_CPUTIME_ID);
    IS(told(CLOCK_PROCESS_CPUTIME_ID) >= first, true); // processor time goes by no such clock
    return 0;
}
