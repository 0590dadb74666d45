// What the cases of threads have in common.
#pragma once

#include "run.hpp"

#include <ctime>
#include <pthread.h>
#include <threads.h>

namespace rows {

inline pthread_t thread(void* (*function)(void*))
{
    pthread_t made{};
    if (pthread_create(&made, nullptr, function, nullptr) != 0) abort();
    return made;
}

constexpr timespec past{1, 0};

inline timespec in_future(clockid_t clock = CLOCK_REALTIME)
{
    timespec time{};
    clock_gettime(clock, &time);
    time.tv_sec += 20;
    return time;
}

} // namespace rows
