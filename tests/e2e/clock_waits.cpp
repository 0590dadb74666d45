// Every wait ends when the told clock has gone on by what was asked, or has come to the moment that was named: not
// before it (told here), and not long after (the test's own limit: what is asked is far more where the clock is fast or
// ahead).
#include "host.hpp"

#include <initializer_list>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <threads.h>
#include <time.h>

static long span; // ns
static timespec length;

static long in_ns(const timespec& time) { return time.tv_sec * 1000000000 + time.tv_nsec; }
static timespec as_timespec(long ns) { return {ns / 1000000000, ns % 1000000000}; }
static long now(clockid_t clock)
{
    timespec time;
    IS(clock_gettime(clock, &time), 0);
    return in_ns(time);
}

static timespec moment_ahead;
static const timespec* ahead(clockid_t clock)
{
    moment_ahead = as_timespec(now(clock) + span);
    return &moment_ahead;
}
static itimerspec timer_ahead;
static const itimerspec* timer_at(clockid_t clock)
{
    timer_ahead = {{0, 0}, *ahead(clock)};
    return &timer_ahead;
}

/// The wait ends as it should, and not before its time by this clock.
#define LASTS(clock, call, result)                                                                                     \
    do {                                                                                                               \
        const long began_ = now(clock);                                                                                \
        IS(call, result);                                                                                              \
        const long passed_ = now(clock) - began_;                                                                      \
        if (passed_ < span) host::wrong(__FILE__, __LINE__, "what passed in " #call, passed_, span);                   \
    } while (0)

static void* hold(void* lock)
{
    pthread_rwlock_wrlock(static_cast<pthread_rwlock_t*>(lock));
    pause();
    return nullptr;
}
static void* own(void* word)
{
    __atomic_store_n(static_cast<int*>(word), gettid(), __ATOMIC_RELEASE);
    pause();
    return nullptr;
}
static int futex(int* word, int operation, const timespec* time)
{
    return (int)syscall(SYS_futex, word, operation, *word, time, nullptr, FUTEX_BITSET_MATCH_ANY);
}
static int wait_for_timer(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return sigwaitinfo(&set, nullptr);
}
static int read_timer(int fd, int flags, const itimerspec* setting)
{
    unsigned long count = 0;
    IS(timerfd_settime(fd, flags, setting, nullptr), 0);
    return (int)read(fd, &count, sizeof count);
}
static int run_timer(timer_t timer, int flags, const itimerspec* setting)
{
    IS(timer_settime(timer, flags, setting, nullptr), 0);
    return wait_for_timer(SIGRTMIN);
}

static void sleeps()
{
    LASTS(CLOCK_MONOTONIC, nanosleep(&length, nullptr), 0);
    LASTS(CLOCK_MONOTONIC, usleep((useconds_t)(span / 1000)), 0);
    LASTS(CLOCK_MONOTONIC, thrd_sleep(&length, nullptr), 0);
    LASTS(CLOCK_MONOTONIC,
          syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, ahead(CLOCK_MONOTONIC), nullptr), 0);
    for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME}) {
        LASTS(clock, clock_nanosleep(clock, 0, &length, nullptr), 0);
        LASTS(clock, clock_nanosleep(clock, TIMER_ABSTIME, ahead(clock), nullptr), 0);
    }
    if (span >= 1000000000) LASTS(CLOCK_MONOTONIC, sleep((unsigned)(span / 1000000000)), 0);
}
static void polls()
{
    const int ms = (int)(span / 1000000);
    const int epoll = epoll_create1(0);
    epoll_event event;
    timeval limit{length.tv_sec, length.tv_nsec / 1000};
    LASTS(CLOCK_MONOTONIC, poll(nullptr, 0, ms), 0);
    LASTS(CLOCK_MONOTONIC, ppoll(nullptr, 0, &length, nullptr), 0);
    LASTS(CLOCK_MONOTONIC, select(0, nullptr, nullptr, nullptr, &limit), 0);
    IS(limit.tv_sec == 0 && limit.tv_usec == 0, true);
    LASTS(CLOCK_MONOTONIC, pselect(0, nullptr, nullptr, nullptr, &length, nullptr), 0);
    LASTS(CLOCK_MONOTONIC, epoll_wait(epoll, &event, 1, ms), 0);
    LASTS(CLOCK_MONOTONIC, epoll_pwait2(epoll, &event, 1, &length, nullptr), 0);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    LASTS(CLOCK_MONOTONIC, sigtimedwait(&set, nullptr, &length), -1);
    const int semaphores = semget(IPC_PRIVATE, 1, 0600);
    sembuf take{0, -1, 0};
    LASTS(CLOCK_MONOTONIC, semtimedop(semaphores, &take, 1, &length), -1);
    semctl(semaphores, 0, IPC_RMID);
}
static void locks()
{
    sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    LASTS(CLOCK_REALTIME, sem_timedwait(&semaphore, ahead(CLOCK_REALTIME)), -1);
    LASTS(CLOCK_MONOTONIC, sem_clockwait(&semaphore, CLOCK_MONOTONIC, ahead(CLOCK_MONOTONIC)), -1);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    LASTS(CLOCK_REALTIME, pthread_mutex_timedlock(&mutex, ahead(CLOCK_REALTIME)), ETIMEDOUT);
    LASTS(CLOCK_MONOTONIC, pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, ahead(CLOCK_MONOTONIC)), ETIMEDOUT);
    pthread_cond_t by_wall = PTHREAD_COND_INITIALIZER;
    pthread_cond_t by_monotonic;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&by_monotonic, &attributes);
    LASTS(CLOCK_REALTIME, pthread_cond_timedwait(&by_wall, &mutex, ahead(CLOCK_REALTIME)), ETIMEDOUT);
    LASTS(CLOCK_MONOTONIC, pthread_cond_timedwait(&by_monotonic, &mutex, ahead(CLOCK_MONOTONIC)), ETIMEDOUT);
    LASTS(CLOCK_MONOTONIC, pthread_cond_clockwait(&by_wall, &mutex, CLOCK_MONOTONIC, ahead(CLOCK_MONOTONIC)),
          ETIMEDOUT);
    mtx_t plain;
    cnd_t condition;
    mtx_init(&plain, mtx_timed);
    cnd_init(&condition);
    mtx_lock(&plain);
    LASTS(CLOCK_REALTIME, mtx_timedlock(&plain, ahead(CLOCK_REALTIME)), thrd_timedout);
    LASTS(CLOCK_REALTIME, cnd_timedwait(&condition, &plain, ahead(CLOCK_REALTIME)), thrd_timedout);
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    pthread_t holder;
    IS(pthread_create(&holder, nullptr, hold, &lock), 0);
    while (pthread_rwlock_tryrdlock(&lock) == 0) {
        pthread_rwlock_unlock(&lock);
        sched_yield();
    }
    LASTS(CLOCK_REALTIME, pthread_rwlock_timedrdlock(&lock, ahead(CLOCK_REALTIME)), ETIMEDOUT);
    LASTS(CLOCK_REALTIME, pthread_rwlock_timedwrlock(&lock, ahead(CLOCK_REALTIME)), ETIMEDOUT);
    LASTS(CLOCK_MONOTONIC, pthread_rwlock_clockrdlock(&lock, CLOCK_MONOTONIC, ahead(CLOCK_MONOTONIC)), ETIMEDOUT);
    LASTS(CLOCK_MONOTONIC, pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, ahead(CLOCK_MONOTONIC)), ETIMEDOUT);
    LASTS(CLOCK_REALTIME, pthread_timedjoin_np(holder, nullptr, ahead(CLOCK_REALTIME)), ETIMEDOUT);
    LASTS(CLOCK_MONOTONIC, pthread_clockjoin_np(holder, nullptr, CLOCK_MONOTONIC, ahead(CLOCK_MONOTONIC)), ETIMEDOUT);
}
static void futexes()
{
    int word = 0;
    LASTS(CLOCK_MONOTONIC, futex(&word, FUTEX_WAIT_PRIVATE, &length), -1);
    LASTS(CLOCK_MONOTONIC, futex(&word, FUTEX_WAIT_BITSET_PRIVATE, ahead(CLOCK_MONOTONIC)), -1);
    LASTS(CLOCK_REALTIME, futex(&word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, ahead(CLOCK_REALTIME)), -1);
    pthread_t owner;
    IS(pthread_create(&owner, nullptr, own, &word), 0);
    while (__atomic_load_n(&word, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    LASTS(CLOCK_REALTIME, futex(&word, FUTEX_LOCK_PI_PRIVATE, ahead(CLOCK_REALTIME)), -1);
}
static void timers()
{
    const itimerspec once{{0, 0}, length};
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGRTMIN;
    for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME}) {
        const int fd = timerfd_create(clock, 0);
        LASTS(clock, read_timer(fd, 0, &once), 8);
        LASTS(clock, read_timer(fd, TFD_TIMER_ABSTIME, timer_at(clock)), 8);
        timer_t timer;
        IS(timer_create(clock, &event, &timer), 0);
        LASTS(clock, run_timer(timer, 0, &once), SIGRTMIN);
        LASTS(clock, run_timer(timer, TIMER_ABSTIME, timer_at(clock)), SIGRTMIN);
        // What is left is told by the same clock.
        const itimerspec later{{0, 0}, as_timespec(span * 1000)};
        itimerspec left;
        IS(timer_settime(timer, 0, &later, nullptr), 0);
        IS(timer_gettime(timer, &left), 0);
        IS(in_ns(left.it_value) > span * 500 && in_ns(left.it_value) <= span * 1000, true);
        IS(timer_delete(timer), 0);
    }
    const itimerval soon{{0, 0}, {length.tv_sec, length.tv_nsec / 1000}};
    LASTS(CLOCK_MONOTONIC, (setitimer(ITIMER_REAL, &soon, nullptr), wait_for_timer(SIGALRM)), SIGALRM);
    if (span >= 1000000000)
        LASTS(CLOCK_MONOTONIC, (alarm((unsigned)(span / 1000000000)), wait_for_timer(SIGALRM)), SIGALRM);
    else
        LASTS(CLOCK_MONOTONIC, (ualarm((useconds_t)(span / 1000), 0), wait_for_timer(SIGALRM)), SIGALRM);
    IS(alarm(100000), 0);
    const unsigned left = alarm(0);
    IS(left > 90000 && left <= 100000, true);
}

int main(int, char** arguments)
{
    span = atol(arguments[1]) * 1000000;
    length = as_timespec(span);
    // Before any thread is begun, and so for all of them: a timer that fires before this one waits would end us.
    sigset_t of_timers;
    sigemptyset(&of_timers);
    for (const int signal : {SIGRTMIN, SIGALRM})
        sigaddset(&of_timers, signal);
    sigprocmask(SIG_BLOCK, &of_timers, nullptr);
    // times() goes with the monotonic clock.
    const clock_t ticks = times(nullptr);
    const long begin = now(CLOCK_MONOTONIC);
    sleeps();
    const long passed = now(CLOCK_MONOTONIC) - begin;
    const long ticked = (times(nullptr) - ticks) * 10000000;
    IS(ticked >= passed * 9 / 10 - 20000000, true);
    polls();
    locks();
    futexes();
    timers();
    return 0;
}
