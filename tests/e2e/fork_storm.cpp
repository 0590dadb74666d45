#include "host.hpp"

#include <pthread.h>

static void* work(void*)
{
    for (int i = 0; i < 50; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            free(malloc(1000));
            GIVES(fsync(1), -1, EIO);
            GIVES(fsync(1), -1, EIO);
            _exit(0);
        }
        GIVES(fsync(1), -1, EIO);
        REAP(child);
    }
    return nullptr;
}

int main()
{
    pthread_t threads[4];
    for (auto& thread : threads)
        IS(pthread_create(&thread, nullptr, work, nullptr), 0);
    for (auto& thread : threads)
        IS(pthread_join(thread, nullptr), 0);
    return 0;
}
