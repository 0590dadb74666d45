#include "host.hpp"

#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER, monotonic;
static bool taken; // under the mutex

static void* take(void*)
{
    IS(pthread_mutex_lock(&mutex), 0);
    taken = true;
    IS(pthread_cond_signal(&condition), 0); // would end an honest wait
    IS(pthread_mutex_unlock(&mutex), 0);
    return nullptr;
}

static timespec soon(clockid_t clock)
{
    timespec time;
    clock_gettime(clock, &time);
    time.tv_nsec += 2000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_nsec -= 1000000000;
        ++time.tv_sec;
    }
    return time;
}

int main()
{
    pthread_mutexattr_t checked;
    pthread_mutexattr_init(&checked);
    pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, &checked);
    pthread_condattr_t by_monotonic;
    pthread_condattr_init(&by_monotonic);
    pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&monotonic, &by_monotonic);

    IS(pthread_mutex_lock(&mutex), 0);
    pthread_t thread;
    IS(pthread_create(&thread, nullptr, take, nullptr), 0);
    while (!taken) { // the other one can take the mutex only while we wait
        const timespec time = soon(CLOCK_REALTIME);
        GIVES(pthread_cond_timedwait(&condition, &mutex, &time), ETIMEDOUT, untouched);
    }
    timespec time = soon(CLOCK_MONOTONIC), after;
    GIVES(pthread_cond_timedwait(&monotonic, &mutex, &time), ETIMEDOUT, untouched);
    clock_gettime(CLOCK_MONOTONIC, &after);
    IS(after.tv_sec > time.tv_sec || (after.tv_sec == time.tv_sec && after.tv_nsec >= time.tv_nsec),
       true); // by its own clock
    time = soon(CLOCK_MONOTONIC);
    GIVES(pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &time), ETIMEDOUT, untouched);
    IS(pthread_mutex_unlock(&mutex), 0); // EPERM if it were not ours again
    IS(pthread_join(thread, nullptr), 0);
    return 0;
}
