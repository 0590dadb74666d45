#include "host.hpp"

#include <pthread.h>

static long through;
static void* fill(void* path)
{
    const int fd = open((const char*)path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    char bytes[700] = {};
    for (;;) {
        const long written = write(fd, bytes, sizeof bytes);
        if (written < 0) break;
        __atomic_add_fetch(&through, written, __ATOMIC_RELAXED);
    }
    IS(errno, ENOSPC);
    GIVES(write(fd, bytes, 1), -1, ENOSPC); // for good
    return nullptr;
}

int main()
{
    const char* const names[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
    pthread_t threads[8];
    for (int i = 0; i < 8; ++i)
        IS(pthread_create(&threads[i], nullptr, fill, (void*)names[i]), 0);
    for (auto& thread : threads)
        IS(pthread_join(thread, nullptr), 0);
    IS(through, 1000000);
    return 0;
}
