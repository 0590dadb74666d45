#include "host.hpp"

#include <pthread.h>
#include <spawn.h>

static char* self;

static void* work(void*)
{
    char leaf[] = "leaf", *arguments[] = {self, leaf, nullptr};
    for (int i = 0; i < 10; ++i) {
        pid_t child;
        IS(posix_spawn(&child, self, nullptr, nullptr, arguments, environ), 0);
        REAP(child);
    }
    return nullptr;
}

int main(int argc, char** argv)
{
    GIVES(fsync(1), -1, EIO);
    if (argc > 1) return 0;
    self = argv[0];
    pthread_t threads[4];
    for (auto& thread : threads)
        IS(pthread_create(&thread, nullptr, work, nullptr), 0);
    for (auto& thread : threads)
        IS(pthread_join(thread, nullptr), 0);
    return 0;
}
