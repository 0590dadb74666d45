#include "host.hpp"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

static pthread_t waiter;
static volatile bool over;
static void handler(int) {}

static void* pester(void*)
{
    while (!over) {
        pthread_kill(waiter, SIGUSR1);
        sched_yield();
    }
    return nullptr;
}

int main()
{
    struct sigaction action = {};
    action.sa_handler = handler;
    sigaction(SIGUSR1, &action, nullptr);
    waiter = pthread_self();
    pthread_t thread;
    IS(pthread_create(&thread, nullptr, pester, nullptr), 0);
    GIVES(poll(nullptr, 0, 3600 * 1000), -1, EINTR);
    int pair[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    char byte;
    GIVES(recv(pair[0], &byte, 1, 0), -1, EINTR);
    over = true;
    IS(pthread_join(thread, nullptr), 0);
    return 0;
}
