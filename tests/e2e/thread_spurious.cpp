#include "host.hpp"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static bool ready;

static void* make_ready(void*)
{
    pthread_mutex_lock(&mutex);
    ready = true;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&mutex);
    return nullptr;
}

static void* try_to_lock(void*) { return (void*)(long)pthread_mutex_trylock(&mutex); }

int main()
{
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, &kind);
    IS(pthread_mutex_lock(&mutex), 0);
    GIVES(pthread_cond_wait(&condition, &mutex), 0, untouched); // no thread has signalled
    IS(ready, false);
    pthread_t thread{};
    void* result = nullptr;
    pthread_create(&thread, nullptr, try_to_lock, nullptr);
    pthread_join(thread, &result);
    IS(result, EBUSY); // ours, as after a true wake-up

    pthread_create(&thread, nullptr, make_ready, nullptr);
    while (!ready)
        IS(pthread_cond_wait(&condition, &mutex), 0);
    IS(pthread_mutex_unlock(&mutex), 0); // the error-checking kind would say that it is not ours
    pthread_join(thread, nullptr);
    return 0;
}
