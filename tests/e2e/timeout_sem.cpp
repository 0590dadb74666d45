#include "host.hpp"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

int main()
{
    sem_t semaphore;
    IS(sem_init(&semaphore, 0, 1), 0);
    timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    GIVES(sem_timedwait(&semaphore, &time), -1, ETIMEDOUT); // though it is free
    int value = 0;
    IS(sem_getvalue(&semaphore, &value) == 0 && value == 1, true);

    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    GIVES(pthread_mutex_timedlock(&mutex, &time), ETIMEDOUT, untouched);
    IS(pthread_mutex_trylock(&mutex), 0);

    sigset_t none;
    sigemptyset(&none);
    const timespec span = {0, 2000000};
    GIVES(sigtimedwait(&none, nullptr, &span), -1, EAGAIN);
    return 0;
}
