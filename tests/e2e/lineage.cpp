#include "host.hpp"

#include <pthread.h>

namespace {

void* second(void*)
{
    GIVES(fsync(99), -1, EIO);
    return nullptr;
}

} // namespace

// The first process is 0; its first child 0.1, with a child of its own, 0.1.1; then its thread, 0.2.
int main()
{
    GIVES(fsync(99), -1, EBADF);
    const pid_t child = fork();
    if (child == 0) {
        GIVES(fsync(99), -1, EBADF);
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            GIVES(fsync(99), -1, EIO);
            _exit(0);
        }
        REAP(grandchild);
        _exit(0);
    }
    REAP(child);
    pthread_t thread;
    IS(pthread_create(&thread, nullptr, second, nullptr), 0);
    IS(pthread_join(thread, nullptr), 0);
    return 0;
}
