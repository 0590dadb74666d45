#include "host.hpp"

#include <pthread.h>

static int prepared, resumed;

static void* work(void*)
{
    for (int i = 0; i < 5; ++i)
        GIVES(fsync(1), -1, EIO);
    return nullptr;
}

static void prepare() { prepared += fsync(1) == -1 && errno == EIO; }
static void in_parent() { resumed += fsync(1) == -1 && errno == EIO; }
static void in_child()
{
    GIVES(fsync(1), -1, EIO);
    pthread_t thread;
    IS(pthread_create(&thread, nullptr, work, nullptr), 0);
    IS(fsync(1), -1); // while the thread is being born
    IS(pthread_join(thread, nullptr), 0);
}

/// Before the constructor of whatever is preloaded.
__attribute__((section(".preinit_array"), used)) static void (*const first)() = [] {
    pthread_atfork(prepare, in_parent, in_child);
};

int main()
{
    for (int i = 0; i < 10; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            work(nullptr);
            _exit(0);
        }
        REAP(child);
    }
    IS(prepared, 10);
    IS(resumed, 10);
    work(nullptr);
    return 0;
}
