#include "host.hpp"

#include <pthread.h>
#include <spawn.h>

static void* thread(void*) { abort(); }

int main()
{
    pthread_t id;
    GIVES(pthread_create(&id, nullptr, thread, nullptr), EAGAIN, untouched);
    void* block = &id;
    GIVES(posix_memalign(&block, 64, 100), ENOMEM, untouched);
    IS(block == &id, true);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    GIVES(pthread_mutex_trylock(&mutex), EBUSY, untouched);
    pid_t pid;
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    GIVES(posix_spawnp(&pid, name, nullptr, nullptr, arguments, environ), EAGAIN, untouched);
    return 0;
}
