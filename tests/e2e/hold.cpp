#include "host.hpp"

#include <atomic>
#include <pthread.h>

// What the thread finds behind its call was written while it was held there: the other one makes the file only then.
std::atomic<int> state{0};

void* held(void*)
{
    state = 1;
    GIVES(fsync(99), -1, EBADF);
    IS(state, 2);
    return nullptr;
}

int main()
{
    pthread_t thread;
    IS(pthread_create(&thread, nullptr, held, nullptr), 0);
    while (state != 1) {
    }
    for (int i = 0; i < 1000; ++i) // time enough for a thread that is not held to be past its call
        raw(SYS_sched_yield);
    state = 2;
    close(open("go", O_CREAT | O_WRONLY, 0600));
    IS(pthread_join(thread, nullptr), 0);
    GIVES(fsync(99), -1, EBADF);     // the file is there: no thread waits
    GIVES(fdatasync(99), -1, EBADF); // this one's file never comes, so the time has to be over
    return 0;
}
