#include "host.hpp"

#include <pthread.h>
#include <sys/prctl.h>

static pthread_barrier_t barrier;
static void* named(void*)
{
    GIVES(fsync(99), -1, EBADF);
    pthread_barrier_wait(&barrier); // the other one gives us a name
    pthread_barrier_wait(&barrier);
    GIVES(fsync(99), -1, EIO);
    prctl(PR_SET_NAME, "io-spared");
    GIVES(fsync(99), -1, EBADF);
    return nullptr;
}

int main()
{
    pthread_t thread;
    pthread_barrier_init(&barrier, nullptr, 2);
    pthread_create(&thread, nullptr, named, nullptr);
    pthread_barrier_wait(&barrier);
    pthread_setname_np(thread, "io-writer");
    pthread_barrier_wait(&barrier);
    pthread_join(thread, nullptr);
    GIVES(fsync(99), -1, EBADF);
    return 0;
}
