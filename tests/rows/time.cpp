// Cases for src/calls/time.def. Nothing here changes the machine's clock: where a call would, it is given what it
// refuses.
#include "run.hpp"

#include <csignal>
#include <ctime>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/timex.h>

namespace rows {
namespace {

const itimerval in_a_while{{0, 0}, {100, 0}};
const itimerspec soon{{0, 0}, {100, 0}};

timer_t made_timer()
{
    timer_t timer{};
    sigevent none{};
    none.sigev_notify = SIGEV_NONE;
    if (timer_create(CLOCK_MONOTONIC, &none, &timer) != 0) abort();
    return timer;
}

bool runs(timer_t timer)
{
    itimerspec left{};
    return timer_gettime(timer, &left) == 0 && left.it_value.tv_sec > 0;
}

const Case cases[] = {
    {"time",
     [](Run& r) {
         time_t now = 0;
         r.vary<decltype(::time)>(&now);
         r.effect(now != 0);
     }},
    {"gettimeofday __gettimeofday",
     [](Run& r) {
         timeval now{};
         r.call<int(timeval*, void*)>(&now, nullptr);
         r.effect(now.tv_sec != 0);
     }},
    {"clock_gettime",
     [](Run& r) {
         timespec now{};
         r.call<decltype(::clock_gettime)>(CLOCK_REALTIME, &now);
         r.effect(now.tv_sec != 0);
     }},
    {"clock_getres",
     [](Run& r) {
         timespec step{};
         r.call<decltype(::clock_getres)>(CLOCK_REALTIME, &step);
         r.effect(step.tv_nsec != 0);
     }},
    {"clock_settime",
     [](Run& r) {
         const timespec refused{-1, 0}; // by the kernel
         r.call<decltype(::clock_settime)>(CLOCK_REALTIME, &refused);
     }},
    {"clock_adjtime",
     [](Run& r) {
         timex state{};
         r.vary<decltype(::clock_adjtime)>(CLOCK_REALTIME, &state);
     }},
    {"clock_getcpuclockid",
     [](Run& r) {
         clockid_t clock = 0;
         r.call<decltype(::clock_getcpuclockid)>(0, &clock);
         r.effect(clock != 0);
     }},
    {"settimeofday",
     [](Run& r) {
         const timeval refused{-1, 0};
         r.call<decltype(::settimeofday)>(&refused, nullptr);
     }},
    {"adjtime",
     [](Run& r) {
         timeval left{};
         r.call<decltype(::adjtime)>(nullptr, &left);
     }},
    {"adjtimex __adjtimex ntp_adjtime",
     [](Run& r) {
         timex state{};
         r.vary<decltype(::adjtimex)>(&state);
     }},
    {"times",
     [](Run& r) {
         tms spent{};
         r.vary<decltype(::times)>(&spent);
     }},
    {"clock", [](Run& r) { r.vary<decltype(::clock)>(); }},
    {"timespec_get",
     [](Run& r) {
         timespec now{};
         r.call<decltype(::timespec_get)>(&now, TIME_UTC);
         r.effect(now.tv_sec != 0);
     }},
    {"timespec_getres",
     [](Run& r) {
         timespec step{};
         r.call<decltype(::timespec_getres)>(&step, TIME_UTC);
         r.effect(step.tv_nsec != 0);
     }},
    {"nanosleep __nanosleep",
     [](Run& r) {
         const timespec pause{0, 1000};
         r.call<decltype(::nanosleep)>(&pause, nullptr);
     }},
    {"clock_nanosleep",
     [](Run& r) {
         const timespec pause{0, 1000};
         r.call<decltype(::clock_nanosleep)>(CLOCK_MONOTONIC, 0, &pause, nullptr);
     }},
    {"usleep", [](Run& r) { r.call<decltype(::usleep)>(1U); }},
    {"sleep", [](Run& r) { r.call<decltype(::sleep)>(0U); }},
    {"alarm",
     [](Run& r) {
         r.call<decltype(::alarm)>(100U);
         itimerval left{};
         getitimer(ITIMER_REAL, &left);
         r.effect(left.it_value.tv_sec > 0);
     }},
    {"ualarm",
     [](Run& r) {
         r.call<decltype(::ualarm)>(900'000U, 0U);
         itimerval left{};
         getitimer(ITIMER_REAL, &left);
         r.effect(left.it_value.tv_usec > 0);
     }},
    {"setitimer",
     [](Run& r) {
         r.call<decltype(::setitimer)>(ITIMER_REAL, &in_a_while, nullptr);
         itimerval left{};
         getitimer(ITIMER_REAL, &left);
         r.effect(left.it_value.tv_sec > 0);
     }},
    {"getitimer",
     [](Run& r) {
         itimerval left{};
         setitimer(ITIMER_REAL, &in_a_while, nullptr);
         r.call<decltype(::getitimer)>(ITIMER_REAL, &left);
         r.effect(left.it_value.tv_sec > 0);
     }},
    {"timer_create",
     [](Run& r) {
         timer_t timer{};
         sigevent none{};
         none.sigev_notify = SIGEV_NONE;
         r.call<decltype(::timer_create)>(CLOCK_MONOTONIC, &none, &timer);
     }},
    {"timer_settime",
     [](Run& r) {
         timer_t timer = made_timer();
         r.call<decltype(::timer_settime)>(timer, 0, &soon, nullptr);
         r.effect(runs(timer));
     }},
    {"timer_gettime",
     [](Run& r) {
         timer_t timer = made_timer();
         timer_settime(timer, 0, &soon, nullptr);
         itimerspec left{};
         r.call<decltype(::timer_gettime)>(timer, &left);
         r.effect(left.it_value.tv_sec > 0);
     }},
    {"timer_delete",
     [](Run& r) {
         timer_t timer = made_timer();
         timer_settime(timer, 0, &soon, nullptr);
         r.call<decltype(::timer_delete)>(timer);
         r.effect(!runs(timer));
     }},
    {"timer_getoverrun", [](Run& r) { r.call<decltype(::timer_getoverrun)>(made_timer()); }},
};

const Family family("time", cases);

} // namespace
} // namespace rows
