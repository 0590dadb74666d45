#include "host.hpp"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

int main()
{
    // A moment that the host has worked out by the clock that it was told lies as far ahead on the real one.
    timespec moment;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    pthread_mutex_lock(&mutex);
    IS(clock_gettime(CLOCK_REALTIME, &moment), 0);
    moment.tv_nsec += 1000000;
    moment.tv_sec += moment.tv_nsec / 1000000000;
    moment.tv_nsec %= 1000000000;
    GIVES(pthread_cond_timedwait(&condition, &mutex, &moment), ETIMEDOUT, untouched);
    GIVES(sem_timedwait(&semaphore, &moment), -1, ETIMEDOUT);
    GIVES(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &moment, nullptr), 0, untouched);
    const timespec kept = moment;
    IS(memcmp(&kept, &moment, sizeof kept), 0); // the host's own is not written to
    return 0;
}
