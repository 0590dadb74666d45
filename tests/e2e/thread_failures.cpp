#include "host.hpp"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static volatile bool ran;
static void* begin(void*)
{
    ran = true;
    return nullptr;
}

int main()
{
    pthread_t thread{};
    GIVES(pthread_create(&thread, nullptr, begin, nullptr), EAGAIN, untouched);
    IS(ran, false);
    IS(pthread_create(&thread, nullptr, begin, nullptr), 0);
    IS(pthread_join(thread, nullptr), 0);
    IS(ran, true);

    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    timespec later{};
    clock_gettime(CLOCK_REALTIME, &later);
    later.tv_sec += 20;
    GIVES(pthread_mutex_timedlock(&mutex, &later), ETIMEDOUT, untouched);
    GIVES(pthread_mutex_trylock(&mutex), EBUSY, untouched);
    IS(pthread_mutex_lock(&mutex), 0); // no thread has it

    sem_t semaphore;
    IS(sem_init(&semaphore, 0, 1), 0);
    GIVES(sem_wait(&semaphore), -1, EINTR);
    GIVES(sem_timedwait(&semaphore, &later), -1, ETIMEDOUT);
    int value = 0;
    IS(sem_getvalue(&semaphore, &value), 0);
    IS(value, 1);
    IS(sem_wait(&semaphore), 0);
    return 0;
}
