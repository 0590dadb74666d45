#include "host.hpp"

#include <pthread.h>

static void* work(void*)
{
    long failed = 0;
    for (int i = 0; i < 500; ++i)
        failed += fsync(1) == -1 && errno == EIO;
    return (void*)failed;
}

int main()
{
    pthread_t threads[8];
    long failed = 0;
    for (auto& thread : threads)
        IS(pthread_create(&thread, nullptr, work, nullptr), 0);
    for (auto& thread : threads) {
        void* part;
        IS(pthread_join(thread, &part), 0);
        failed += (long)part;
    }
    IS(failed, 100);
    return 0;
}
