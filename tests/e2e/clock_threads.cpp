// While other threads are told the time, a deadline that was worked out by it is never taken for another one.
#include "host.hpp"

#include <atomic>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

static std::atomic<bool> over{false};
static constexpr long hour = 3600L * 1000000000;

static long in_ns(const timespec& time) { return time.tv_sec * 1000000000 + time.tv_nsec; }
static long real()
{
    timespec time;
    raw(SYS_clock_gettime, CLOCK_REALTIME, &time);
    return in_ns(time);
}
static timespec shared; // where all of them are told
static void* look(void*)
{
    while (!over) {
        const long before = real();
        IS(clock_gettime(CLOCK_REALTIME, &shared), 0);
        const timespec seen = shared;
        if (seen.tv_sec < before / 1000000000 + 3599) IS(seen.tv_sec, before / 1000000000 + 3600);
    }
    return nullptr;
}

int main()
{
    IS(clock_gettime(CLOCK_REALTIME, &shared), 0);
    pthread_t threads[3];
    for (auto& thread : threads)
        IS(pthread_create(&thread, nullptr, look, nullptr), 0);
    sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    for (int i = 0; i < 20000; ++i) {
        timespec moment;
        IS(clock_gettime(CLOCK_REALTIME, &moment), 0);
        moment.tv_nsec += 1000;
        moment.tv_sec += moment.tv_nsec / 1000000000;
        moment.tv_nsec %= 1000000000;
        GIVES(sem_timedwait(&semaphore, &moment), -1, ETIMEDOUT);
        IS(real() + hour >= in_ns(moment), true);
    }
    over = true;
    for (auto& thread : threads)
        IS(pthread_join(thread, nullptr), 0);
    return 0;
}
