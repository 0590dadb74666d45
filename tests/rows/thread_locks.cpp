// Cases for src/calls/thread.def: locks of every kind, and what threads wait for.
#include "thread.hpp"

namespace rows {
namespace {

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
pthread_spinlock_t spin;
pthread_barrier_t barrier;
mtx_t plain_mutex;
cnd_t plain_condition;
volatile bool waiting;

void locked(Run& r) { r.effect(pthread_mutex_trylock(&mutex) == EBUSY); }
void held(Run& r, bool for_writing)
{
    r.effect(for_writing ? pthread_rwlock_tryrdlock(&lock) == EBUSY : pthread_rwlock_trywrlock(&lock) == EBUSY);
}

/// Comes as soon as the mutex is free, which it is while somebody waits for the condition.
void* wake(void*)
{
    pthread_mutex_lock(&mutex);
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
    return nullptr;
}
int wake_c11(void*)
{
    mtx_lock(&plain_mutex);
    cnd_broadcast(&plain_condition);
    mtx_unlock(&plain_mutex);
    return 0;
}

/// Waits for the condition until another thread says so; none does before this thread waits.
void* wait_for_it(void*)
{
    pthread_mutex_lock(&mutex);
    waiting = true;
    pthread_cond_wait(&condition, &mutex);
    pthread_mutex_unlock(&mutex);
    return nullptr;
}

/// A thread waits for the condition, and the mutex is ours.
pthread_t waiter()
{
    const pthread_t made = thread(wait_for_it);
    for (bool waits = false; !waits; usleep(500)) {
        pthread_mutex_lock(&mutex);
        waits = waiting;
        if (!waits)
            pthread_mutex_unlock(&mutex);
        else
            break;
    }
    return made;
}

const Case cases[] = {
    {"pthread_mutex_init", [](Run& r) { r.call<decltype(::pthread_mutex_init)>(&mutex, nullptr); }},
    {"pthread_mutex_lock pthread_mutex_trylock",
     [](Run& r) {
         r.call<int(pthread_mutex_t*)>(&mutex);
         locked(r);
     }},
    {"pthread_mutex_timedlock",
     [](Run& r) {
         const auto until = in_future();
         r.call<decltype(::pthread_mutex_timedlock)>(&mutex, &until);
         locked(r);
     }},
    {"pthread_mutex_clocklock",
     [](Run& r) {
         const auto until = in_future(CLOCK_MONOTONIC);
         r.call<decltype(::pthread_mutex_clocklock)>(&mutex, CLOCK_MONOTONIC, &until);
         locked(r);
     }},
    {"pthread_mutex_unlock",
     [](Run& r) {
         pthread_mutex_lock(&mutex);
         r.call<decltype(::pthread_mutex_unlock)>(&mutex);
         r.effect(pthread_mutex_trylock(&mutex) == 0);
     }},
    {"pthread_mutex_destroy",
     [](Run& r) {
         r.call<decltype(::pthread_mutex_destroy)>(&mutex);
         r.effect(pthread_mutex_lock(&mutex) == EINVAL);
     }},
    {"pthread_cond_init", [](Run& r) { r.call<decltype(::pthread_cond_init)>(&condition, nullptr); }},
    {"pthread_cond_wait",
     [](Run& r) {
         pthread_mutex_lock(&mutex);
         const pthread_t made = thread(wake);
         r.call<decltype(::pthread_cond_wait)>(&condition, &mutex);
         locked(r); // in any case
         if (r.failing) r.effect(false);
         pthread_mutex_unlock(&mutex);
         pthread_join(made, nullptr);
     }},
    {"pthread_cond_timedwait",
     [](Run& r) {
         pthread_mutex_lock(&mutex);
         r.call<decltype(::pthread_cond_timedwait)>(&condition, &mutex, &past);
     }},
    {"pthread_cond_clockwait",
     [](Run& r) {
         pthread_mutex_lock(&mutex);
         r.call<decltype(::pthread_cond_clockwait)>(&condition, &mutex, CLOCK_MONOTONIC, &past);
     }},
    {"pthread_cond_signal pthread_cond_broadcast",
     [](Run& r) {
         const pthread_t made = waiter();
         const int result = r.call<int(pthread_cond_t*)>(&condition);
         pthread_mutex_unlock(&mutex);
         const timespec until = r.failing ? past : in_future();
         r.effect(pthread_timedjoin_np(made, nullptr, &until) == 0 && result == 0);
     }},
    {"pthread_cond_destroy", [](Run& r) { r.call<decltype(::pthread_cond_destroy)>(&condition); }},
    {"pthread_rwlock_init", [](Run& r) { r.call<decltype(::pthread_rwlock_init)>(&lock, nullptr); }},
    {"pthread_rwlock_rdlock pthread_rwlock_tryrdlock",
     [](Run& r) {
         r.call<int(pthread_rwlock_t*)>(&lock);
         held(r, false);
     }},
    {"pthread_rwlock_wrlock pthread_rwlock_trywrlock",
     [](Run& r) {
         r.call<int(pthread_rwlock_t*)>(&lock);
         held(r, true);
     }},
    {"pthread_rwlock_timedrdlock pthread_rwlock_timedwrlock",
     [](Run& r) {
         const auto until = in_future();
         r.call<int(pthread_rwlock_t*, const timespec*)>(&lock, &until);
         held(r, r.is("pthread_rwlock_timedwrlock"));
     }},
    {"pthread_rwlock_clockrdlock pthread_rwlock_clockwrlock",
     [](Run& r) {
         const auto until = in_future(CLOCK_MONOTONIC);
         r.call<int(pthread_rwlock_t*, clockid_t, const timespec*)>(&lock, CLOCK_MONOTONIC, &until);
         held(r, r.is("pthread_rwlock_clockwrlock"));
     }},
    {"pthread_rwlock_unlock",
     [](Run& r) {
         pthread_rwlock_wrlock(&lock);
         r.call<decltype(::pthread_rwlock_unlock)>(&lock);
         r.effect(pthread_rwlock_tryrdlock(&lock) == 0);
     }},
    {"pthread_spin_init",
     [](Run& r) {
         spin = 9;
         r.call<decltype(::pthread_spin_init)>(&spin, 0);
         r.effect(spin != 9);
     }},
    {"pthread_spin_lock pthread_spin_trylock",
     [](Run& r) {
         pthread_spin_init(&spin, 0);
         r.call<int(pthread_spinlock_t*)>(&spin);
         r.effect(pthread_spin_trylock(&spin) == EBUSY);
     }},
    {"pthread_spin_unlock",
     [](Run& r) {
         pthread_spin_init(&spin, 0);
         pthread_spin_lock(&spin);
         r.call<decltype(::pthread_spin_unlock)>(&spin);
         r.effect(pthread_spin_trylock(&spin) == 0);
     }},
    {"pthread_barrier_init", [](Run& r) { r.call<decltype(::pthread_barrier_init)>(&barrier, nullptr, 1U); }},
    {"pthread_barrier_wait",
     [](Run& r) {
         pthread_barrier_init(&barrier, nullptr, 1);
         r.call<decltype(::pthread_barrier_wait)>(&barrier);
     }},

    {"mtx_init", [](Run& r) { r.call<decltype(::mtx_init)>(&plain_mutex, int{mtx_plain}); }},
    {"mtx_lock mtx_trylock",
     [](Run& r) {
         mtx_init(&plain_mutex, mtx_plain);
         r.call<int(mtx_t*)>(&plain_mutex);
         r.effect(mtx_trylock(&plain_mutex) == thrd_busy);
     }},
    {"mtx_timedlock",
     [](Run& r) {
         mtx_init(&plain_mutex, mtx_timed);
         const auto until = in_future();
         r.call<decltype(::mtx_timedlock)>(&plain_mutex, &until);
         r.effect(mtx_trylock(&plain_mutex) == thrd_busy);
     }},
    {"mtx_unlock",
     [](Run& r) {
         mtx_init(&plain_mutex, mtx_plain);
         mtx_lock(&plain_mutex);
         r.call<decltype(::mtx_unlock)>(&plain_mutex);
         r.effect(mtx_trylock(&plain_mutex) == thrd_success);
     }},
    {"cnd_init", [](Run& r) { r.call<decltype(::cnd_init)>(&plain_condition); }},
    {"cnd_wait",
     [](Run& r) {
         mtx_init(&plain_mutex, mtx_plain);
         cnd_init(&plain_condition);
         mtx_lock(&plain_mutex);
         thrd_t made{};
         thrd_create(&made, wake_c11, nullptr);
         r.call<decltype(::cnd_wait)>(&plain_condition, &plain_mutex);
         r.saw(mtx_trylock(&plain_mutex));
         mtx_unlock(&plain_mutex);
         thrd_join(made, nullptr);
     }},
    {"cnd_timedwait",
     [](Run& r) {
         mtx_init(&plain_mutex, mtx_plain);
         cnd_init(&plain_condition);
         mtx_lock(&plain_mutex);
         r.call<decltype(::cnd_timedwait)>(&plain_condition, &plain_mutex, &past);
     }},
    {"cnd_signal cnd_broadcast",
     [](Run& r) {
         cnd_init(&plain_condition);
         r.call<int(cnd_t*)>(&plain_condition);
     }},
};

const Family family("thread", cases);

} // namespace
} // namespace rows
