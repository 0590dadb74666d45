#include "host.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

static volatile int alarms;

static void handle(int flags);
static void on_alarm(int)
{
    alarms = alarms + 1;
    if (alarms == 3) handle(0); // from now on it interrupts
}
static void handle(int flags)
{
    struct sigaction action = {};
    action.sa_handler = on_alarm;
    action.sa_flags = flags;
    sigaction(SIGALRM, &action, nullptr);
}
static void every(int microseconds)
{
    const itimerval timer = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &timer, nullptr);
}
static void* blocked(void* fd)
{
    char byte;
    return (void*)read((int)(long)fd, &byte, 1);
}

int main()
{
    char byte;
    const int data = open("data", O_RDONLY);
    handle(SA_RESTART);
    every(5000);
    GIVES(read(data, &byte, 1), -1, EINTR); // restarted three times, as a real read is
    IS(alarms, 4);
    alarms = 0;
    handle(SA_RESTART);
    pollfd ready = {data, POLLIN, 0};
    GIVES(poll(&ready, 1, 0), -1, EINTR); // poll is never restarted
    IS(alarms, 1);
    every(0);

    pthread_t thread;
    IS(pthread_create(&thread, nullptr, blocked, (void*)(long)data), 0);
    IS(pthread_cancel(thread), 0);
    void* result = nullptr;
    IS(pthread_join(thread, &result), 0);
    IS(result, PTHREAD_CANCELED);
    return 0;
}
