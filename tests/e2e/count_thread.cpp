#include "host.hpp"

#include <pthread.h>

static void* work(void*)
{
    for (int i = 0; i < 10; ++i) {
        access("x", F_OK);
        unlink("x");
    }
    return nullptr;
}

int main()
{
    for (int i = 0; i < 3; ++i) { // one after the other: the process's numbering is exact too
        pthread_t thread;
        IS(pthread_create(&thread, nullptr, work, nullptr), 0);
        IS(pthread_join(thread, nullptr), 0);
    }
    work(nullptr);
    return 0;
}
