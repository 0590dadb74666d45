// Cases for src/calls/thread.def.
#include "run.hpp"

#include <csignal>
#include <ctime>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <threads.h>

namespace rows {
namespace {

volatile bool ran;

void* begin(void*)
{
    ran = true;
    return nullptr;
}
int begin_c11(void*)
{
    ran = true;
    return 5;
}
void* sleep_on(void*)
{
    for (;;)
        pause();
}

pthread_t thread(void* (*function)(void*) = begin)
{
    pthread_t made{};
    if (pthread_create(&made, nullptr, function, nullptr) != 0) abort();
    return made;
}

constexpr timespec past{1, 0};

timespec in_future(clockid_t clock = CLOCK_REALTIME)
{
    timespec time{};
    clock_gettime(clock, &time);
    time.tv_sec += 20;
    return time;
}

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
pthread_spinlock_t spin;
pthread_barrier_t barrier;
pthread_attr_t attributes;
sem_t semaphore;
mtx_t plain_mutex;
cnd_t plain_condition;

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
    ran = true;
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
        waits = ran;
        if (!waits)
            pthread_mutex_unlock(&mutex);
        else
            break;
    }
    return made;
}

int value_of(sem_t& any)
{
    int value = -1;
    sem_getvalue(&any, &value);
    return value;
}
void ready(unsigned value) { sem_init(&semaphore, 0, value); }

std::string own_name() { return "/faultline-rows-" + std::to_string(getpid()); }

/// A queue with one message in it, or standard input where the kernel has no queues.
struct Queue {
    std::string name = own_name();
    mqd_t id = -1;
    bool exists = true;
    Queue()
    {
        mq_attr sizes{};
        sizes.mq_maxmsg = 4;
        sizes.mq_msgsize = 16;
        id = mq_open(name.c_str(), O_RDWR | O_CREAT | O_NONBLOCK, 0600, &sizes);
        if (id < 0)
            exists = false, id = 0;
        else
            mq_send(id, "first", 5, 1);
    }
    ~Queue() { mq_unlink(name.c_str()); }
    [[nodiscard]] long waiting() const
    {
        mq_attr now{};
        return mq_getattr(id, &now) == 0 ? now.mq_curmsgs : 0;
    }
};

/// One System V semaphore with the value 1; it does not outlive its case.
struct Semaphores {
    int id = semget(IPC_PRIVATE, 1, 0600);
    Semaphores() { semctl(id, 0, SETVAL, 1); }
    ~Semaphores() { semctl(id, 0, IPC_RMID); }
    [[nodiscard]] int value() const { return semctl(id, 0, GETVAL); }
};

struct Letter {
    long type = 1;
    char text[6] = "hello";
};

struct Messages {
    int id = msgget(IPC_PRIVATE, 0600);
    ~Messages() { msgctl(id, IPC_RMID, nullptr); }
    [[nodiscard]] unsigned long waiting() const
    {
        msqid_ds state{};
        return msgctl(id, IPC_STAT, &state) == 0 ? state.msg_qnum : 0;
    }
};

const Case table[] = {
    {"pthread_create",
     [](Run& r) {
         pthread_t made{};
         if (r.call<decltype(::pthread_create)>(&made, nullptr, begin, nullptr) == 0) pthread_join(made, nullptr);
         r.effect(ran);
     }},
    {"pthread_join",
     [](Run& r) {
         const pthread_t made = thread();
         r.call<decltype(::pthread_join)>(made, nullptr);
     }},
    {"pthread_tryjoin_np",
     [](Run& r) {
         const pthread_t made = thread(sleep_on);
         r.call<decltype(::pthread_tryjoin_np)>(made, nullptr);
     }},
    {"pthread_timedjoin_np",
     [](Run& r) {
         const pthread_t made = thread();
         const auto until = in_future();
         r.call<decltype(::pthread_timedjoin_np)>(made, nullptr, &until);
     }},
    {"pthread_clockjoin_np",
     [](Run& r) {
         const pthread_t made = thread();
         const auto until = in_future(CLOCK_MONOTONIC);
         r.call<decltype(::pthread_clockjoin_np)>(made, nullptr, CLOCK_MONOTONIC, &until);
     }},
    {"pthread_detach",
     [](Run& r) {
         const pthread_t made = thread(sleep_on);
         r.call<decltype(::pthread_detach)>(made);
     }},
    {"pthread_cancel",
     [](Run& r) {
         const pthread_t made = thread(sleep_on);
         void* result = nullptr;
         if (r.call<decltype(::pthread_cancel)>(made) == 0) pthread_join(made, &result);
         r.effect(result == PTHREAD_CANCELED);
     }},
    {"pthread_kill", [](Run& r) { r.call<decltype(::pthread_kill)>(pthread_self(), 0); }},
    {"pthread_sigqueue", [](Run& r) { r.call<decltype(::pthread_sigqueue)>(pthread_self(), SIGURG, sigval{}); }},
    {"pthread_sigmask",
     [](Run& r) {
         sigset_t signals, now;
         sigfillset(&signals);
         r.call<decltype(::pthread_sigmask)>(SIG_BLOCK, &signals, nullptr);
         sigprocmask(SIG_BLOCK, nullptr, &now);
         r.effect(sigismember(&now, SIGUSR1) == 1);
     }},
    {"pthread_key_create __pthread_key_create",
     [](Run& r) {
         pthread_key_t key = 999;
         r.call<int(pthread_key_t*, void (*)(void*))>(&key, nullptr);
         r.effect(key != 999);
     }},
    {"pthread_setspecific",
     [](Run& r) {
         pthread_key_t key = 0;
         pthread_key_create(&key, nullptr);
         r.call<decltype(::pthread_setspecific)>(key, &key);
         r.effect(pthread_getspecific(key) == &key);
     }},
    {"pthread_attr_init", [](Run& r) { r.call<decltype(::pthread_attr_init)>(&attributes); }},
    {"pthread_attr_setstacksize",
     [](Run& r) {
         pthread_attr_init(&attributes);
         r.call<decltype(::pthread_attr_setstacksize)>(&attributes, 100'000UL);
         size_t size = 0;
         pthread_attr_getstacksize(&attributes, &size);
         r.effect(size == 100'000);
     }},
    {"pthread_attr_setaffinity_np",
     [](Run& r) {
         pthread_attr_init(&attributes);
         cpu_set_t processors;
         CPU_ZERO(&processors);
         CPU_SET(0, &processors);
         r.call<decltype(::pthread_attr_setaffinity_np)>(&attributes, sizeof processors, &processors);
     }},
    {"pthread_getattr_np", [](Run& r) { r.call<decltype(::pthread_getattr_np)>(pthread_self(), &attributes); }},
    {"pthread_setname_np",
     [](Run& r) {
         char name[20] = "";
         r.call<decltype(::pthread_setname_np)>(pthread_self(), "named");
         pthread_getname_np(pthread_self(), name, sizeof name);
         r.effect(strcmp(name, "named") == 0);
     }},
    {"pthread_getname_np",
     [](Run& r) {
         char name[20] = "";
         r.call<decltype(::pthread_getname_np)>(pthread_self(), name, sizeof name);
         r.effect(name[0] != '\0');
     }},
    {"pthread_setaffinity_np",
     [](Run& r) {
         cpu_set_t processors;
         pthread_getaffinity_np(pthread_self(), sizeof processors, &processors);
         r.call<decltype(::pthread_setaffinity_np)>(pthread_self(), sizeof processors, &processors);
     }},
    {"pthread_getaffinity_np",
     [](Run& r) {
         cpu_set_t processors;
         CPU_ZERO(&processors);
         r.call<decltype(::pthread_getaffinity_np)>(pthread_self(), sizeof processors, &processors);
         r.effect(CPU_COUNT(&processors) > 0);
     }},
    {"pthread_setschedparam",
     [](Run& r) {
         const sched_param none{};
         r.call<decltype(::pthread_setschedparam)>(pthread_self(), SCHED_BATCH, &none);
         r.effect(sched_getscheduler(0) == SCHED_BATCH);
     }},
    {"pthread_getschedparam",
     [](Run& r) {
         sched_param now{};
         int policy = -1;
         r.call<decltype(::pthread_getschedparam)>(pthread_self(), &policy, &now);
         r.effect(policy != -1);
     }},

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

    {"thrd_create",
     [](Run& r) {
         thrd_t made{};
         int result = 0;
         if (r.call<decltype(::thrd_create)>(&made, begin_c11, nullptr) == thrd_success) thrd_join(made, &result);
         r.effect(result == 5);
     }},
    {"thrd_join",
     [](Run& r) {
         thrd_t made{};
         int result = 0;
         thrd_create(&made, begin_c11, nullptr);
         r.call<decltype(::thrd_join)>(made, &result);
         r.effect(result == 5);
     }},
    {"thrd_detach",
     [](Run& r) {
         thrd_t made{};
         thrd_create(&made, begin_c11, nullptr);
         r.call<decltype(::thrd_detach)>(made);
     }},
    {"thrd_sleep",
     [](Run& r) {
         const timespec pause{0, 1000};
         r.call<decltype(::thrd_sleep)>(&pause, nullptr);
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
    {"tss_create",
     [](Run& r) {
         tss_t key = 999;
         r.call<decltype(::tss_create)>(&key, nullptr);
         r.effect(key != 999);
     }},

    {"sem_open",
     [](Run& r) {
         const auto name = own_name();
         sem_t* const made = r.call<sem_t*(const char*, int, ...)>(r.path(name.c_str()), O_CREAT | O_EXCL, 0600, 3);
         r.effect(made != SEM_FAILED && value_of(*made) == 3);
         sem_unlink(name.c_str());
     }},
    {"sem_close",
     [](Run& r) {
         const auto name = own_name();
         sem_t* const made = sem_open(name.c_str(), O_CREAT, 0600, 3);
         sem_unlink(name.c_str());
         r.call<decltype(::sem_close)>(made);
     }},
    {"sem_unlink",
     [](Run& r) {
         const auto name = own_name();
         sem_open(name.c_str(), O_CREAT, 0600, 3);
         r.call<decltype(::sem_unlink)>(r.path(name.c_str()));
         r.effect(sem_unlink(name.c_str()) != 0);
     }},
    {"sem_init",
     [](Run& r) {
         ready(0);
         r.call<decltype(::sem_init)>(&semaphore, 0, 3U);
         r.effect(value_of(semaphore) == 3);
     }},
    {"sem_wait sem_trywait",
     [](Run& r) {
         ready(1);
         r.call<int(sem_t*)>(&semaphore);
         r.effect(value_of(semaphore) == 0);
     }},
    {"sem_timedwait",
     [](Run& r) {
         ready(1);
         const auto until = in_future();
         r.call<decltype(::sem_timedwait)>(&semaphore, &until);
         r.effect(value_of(semaphore) == 0);
     }},
    {"sem_clockwait",
     [](Run& r) {
         ready(1);
         const auto until = in_future(CLOCK_MONOTONIC);
         r.call<decltype(::sem_clockwait)>(&semaphore, CLOCK_MONOTONIC, &until);
         r.effect(value_of(semaphore) == 0);
     }},
    {"sem_post",
     [](Run& r) {
         ready(1);
         r.call<decltype(::sem_post)>(&semaphore);
         r.effect(value_of(semaphore) == 2);
     }},

    {"mq_open",
     [](Run& r) {
         const auto name = own_name();
         r.call<mqd_t(const char*, int, ...)>(r.path(name.c_str()), O_RDWR | O_CREAT, 0600, nullptr);
         mq_unlink(name.c_str());
     }},
    {"__mq_open_2",
     [](Run& r) {
         const Queue queue;
         r.call<mqd_t(const char*, int)>(r.path(queue.name.c_str()), O_RDONLY);
     }},
    {"mq_close",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_close)>(r.fd(queue.id));
         r.effect(!Run::open_fd(queue.id));
     }},
    {"mq_unlink",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_unlink)>(r.path(queue.name.c_str()));
     }},
    {"mq_send",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_send)>(r.fd(queue.id), "second", 6UL, 1U);
         r.effect(r.failing ? queue.waiting() == 2 : queue.waiting() == 2 || !queue.exists);
     }},
    {"mq_timedsend",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_timedsend)>(r.fd(queue.id), "second", 6UL, 1U, &past);
         r.effect(r.failing ? queue.waiting() == 2 : queue.waiting() == 2 || !queue.exists);
     }},
    {"mq_receive",
     [](Run& r) {
         char bytes[17] = "";
         const Queue queue;
         r.call<decltype(::mq_receive)>(r.fd(queue.id), bytes, 16UL, nullptr);
         r.saw(bytes);
     }},
    {"mq_timedreceive",
     [](Run& r) {
         char bytes[17] = "";
         const Queue queue;
         r.call<decltype(::mq_timedreceive)>(r.fd(queue.id), bytes, 16UL, nullptr, &past);
         r.saw(bytes);
     }},
    {"mq_notify",
     [](Run& r) {
         const Queue queue;
         r.call<decltype(::mq_notify)>(r.fd(queue.id), nullptr);
     }},
    {"mq_getattr",
     [](Run& r) {
         const Queue queue;
         mq_attr now{};
         r.call<decltype(::mq_getattr)>(r.fd(queue.id), &now);
         r.saw(static_cast<long>(now.mq_curmsgs));
     }},
    {"mq_setattr",
     [](Run& r) {
         const Queue queue;
         mq_attr wanted{}, now{};
         r.call<decltype(::mq_setattr)>(r.fd(queue.id), &wanted, nullptr);
         mq_getattr(queue.id, &now);
         r.saw(static_cast<long>(now.mq_flags));
     }},
    {"semget",
     [](Run& r) {
         const int id = r.vary<decltype(::semget)>(IPC_PRIVATE, 1, 0600);
         r.effect(semctl(id, 0, IPC_RMID) == 0);
     }},
    {"semop",
     [](Run& r) {
         const Semaphores semaphores;
         sembuf down{0, -1, IPC_NOWAIT};
         r.call<decltype(::semop)>(semaphores.id, &down, 1UL);
         r.effect(semaphores.value() == 0);
     }},
    {"semtimedop",
     [](Run& r) {
         const Semaphores semaphores;
         sembuf down{0, -1, 0};
         const timespec none{};
         r.call<decltype(::semtimedop)>(semaphores.id, &down, 1UL, &none);
         r.effect(semaphores.value() == 0);
     }},
    {"semctl",
     [](Run& r) {
         const Semaphores semaphores;
         r.call<int(int, int, int, ...)>(semaphores.id, 0, GETVAL);
     }},
    {"msgget",
     [](Run& r) {
         const int id = r.vary<decltype(::msgget)>(IPC_PRIVATE, 0600);
         r.effect(msgctl(id, IPC_RMID, nullptr) == 0);
     }},
    {"msgsnd",
     [](Run& r) {
         const Messages messages;
         const Letter letter;
         r.call<decltype(::msgsnd)>(messages.id, &letter, r.size(5), IPC_NOWAIT);
         r.effect(messages.waiting() == 1);
     }},
    {"msgrcv",
     [](Run& r) {
         const Messages messages;
         Letter letter;
         msgsnd(messages.id, &letter, 5, 0);
         letter.text[0] = '\0';
         r.call<decltype(::msgrcv)>(messages.id, &letter, r.size(5), 0L, IPC_NOWAIT);
         r.effect(letter.text[0] == 'h');
     }},
    {"msgctl",
     [](Run& r) {
         const Messages messages;
         msqid_ds state{};
         r.call<decltype(::msgctl)>(messages.id, IPC_STAT, &state);
         r.effect(state.msg_qbytes != 0);
     }},
};

} // namespace

Cases thread_cases() { return {table, std::size(table)}; }

} // namespace rows
