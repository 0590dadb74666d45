#include "host.hpp"

#include <pthread.h>

static void* work(void*)
{
    for (int i = 0; i < 5; ++i)
        fsync(1);
    return nullptr;
}

int main()
{
    for (int round = 0; round < 100; ++round) {
        pthread_t threads[5];
        for (auto& thread : threads)
            IS(pthread_create(&thread, nullptr, work, nullptr), 0);
        for (auto& thread : threads)
            IS(pthread_join(thread, nullptr), 0);
    }
    return 0;
}
