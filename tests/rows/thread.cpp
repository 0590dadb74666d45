// Cases for src/calls/thread.def: threads, and what is said of them.
#include "thread.hpp"

#include <csignal>

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

pthread_attr_t attributes;

const Case cases[] = {
    {"pthread_create",
     [](Run& r) {
         pthread_t made{};
         if (r.call<decltype(::pthread_create)>(&made, nullptr, begin, nullptr) == 0) pthread_join(made, nullptr);
         r.effect(ran);
     }},
    {"pthread_join",
     [](Run& r) {
         const pthread_t made = thread(begin);
         r.call<decltype(::pthread_join)>(made, nullptr);
     }},
    {"pthread_tryjoin_np",
     [](Run& r) {
         const pthread_t made = thread(sleep_on);
         r.call<decltype(::pthread_tryjoin_np)>(made, nullptr);
     }},
    {"pthread_timedjoin_np",
     [](Run& r) {
         const pthread_t made = thread(begin);
         const auto until = in_future();
         r.call<decltype(::pthread_timedjoin_np)>(made, nullptr, &until);
     }},
    {"pthread_clockjoin_np",
     [](Run& r) {
         const pthread_t made = thread(begin);
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
    {"tss_create",
     [](Run& r) {
         tss_t key = 999;
         r.call<decltype(::tss_create)>(&key, nullptr);
         r.effect(key != 999);
     }},
};

const Family family("thread", cases);

} // namespace
} // namespace rows
