#include "host.hpp"

#include <pthread.h>

static char* self;

static void draw()
{
    for (int i = 0; i < 20; ++i)
        fsync(1);
}

static void* work(void*)
{
    draw();
    for (int i = 0; i < 3; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            draw();
            execl(self, self, "leaf", nullptr);
        }
        REAP(child);
        draw();
    }
    return nullptr;
}

int main(int argc, char** argv)
{
    self = argv[0];
    draw();
    if (argc > 1) return 0;
    pthread_t threads[4];
    for (auto& thread : threads)
        IS(pthread_create(&thread, nullptr, work, nullptr), 0);
    for (auto& thread : threads)
        IS(pthread_join(thread, nullptr), 0);
    return 0;
}
