// Whether told = base + speed x (real - base), for one base, whichever thread or process asks. `real` is the kernel's,
// read before and after: each reading leaves an interval for the constant told - speed x real, and all of them must
// overlap.
#include "host.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

constexpr clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
                                CLOCK_BOOTTIME, CLOCK_MONOTONIC_COARSE};
constexpr int kinds = sizeof clocks / sizeof *clocks;

static double speed;
static long first_real[kinds]; // constants are told relative to these, so that a double holds them exactly

struct Bounds {
    double least, most;
};

static long in_ns(const timespec& time) { return time.tv_sec * 1000000000 + time.tv_nsec; }
static long real(clockid_t clock)
{
    timespec time;
    raw(SYS_clock_gettime, clock, &time);
    return in_ns(time);
}
static long told(clockid_t clock)
{
    timespec time;
    IS(clock_gettime(clock, &time), 0);
    return in_ns(time);
}
static void narrow(Bounds& bounds, int kind, long before, long says, long after)
{
    const auto relative = double(says - first_real[kind]);
    const double least = relative - speed * double(after - first_real[kind]);
    const double most = relative - speed * double(before - first_real[kind]);
    if (least > bounds.least) bounds.least = least;
    if (most < bounds.most) bounds.most = most;
}
static void* look(void* to)
{
    auto* const bounds = static_cast<Bounds*>(to);
    for (int kind = 0; kind < kinds; ++kind)
        bounds[kind] = {-1e18, 1e18};
    for (int i = 0; i < 2000; ++i)
        for (int kind = 0; kind < kinds; ++kind) {
            const long before = real(clocks[kind]);
            const long says = told(clocks[kind]);
            narrow(bounds[kind], kind, before, says, real(clocks[kind]));
        }
    return nullptr;
}
/// All asked the same clock, to the microsecond.
static void agree(const Bounds* all, int count)
{
    constexpr double microsecond = 1000;
    for (int kind = 0; kind < kinds; ++kind) {
        Bounds whole{-1e18, 1e18};
        for (int i = 0; i < count; ++i) {
            const auto& each = all[i * kinds + kind];
            if (each.least > whole.least) whole.least = each.least;
            if (each.most < whole.most) whole.most = each.most;
        }
        if (whole.least > whole.most + microsecond)
            host::wrong(__FILE__, __LINE__, "how far the readings are apart", long(whole.least - whole.most), kind);
    }
}

int main(int, char** arguments)
{
    speed = atof(arguments[1]);
    // Coarse clocks lag behind, and go right until they have come to the moment from which the fault acts.
    const long wall = real(CLOCK_REALTIME);
    const long monotonic = real(CLOCK_MONOTONIC);
    while (real(CLOCK_REALTIME_COARSE) < wall || real(CLOCK_MONOTONIC_COARSE) < monotonic) {
    }
    for (int kind = 0; kind < kinds; ++kind)
        first_real[kind] = real(clocks[kind]);
    constexpr int count = 6;
    auto* const all = static_cast<Bounds*>(
        mmap(nullptr, count * kinds * sizeof(Bounds), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    pthread_t threads[3];
    for (int i = 0; i < 3; ++i)
        IS(pthread_create(&threads[i], nullptr, look, all + i * kinds), 0);
    const pid_t child = fork();
    if (child == 0) {
        look(all + 3 * kinds);
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            look(all + 4 * kinds);
            _exit(0);
        }
        REAP(grandchild);
        _exit(0);
    }
    for (auto& thread : threads)
        IS(pthread_join(thread, nullptr), 0);
    REAP(child);
    look(all + 5 * kinds);
    agree(all, count);

    // gettimeofday is told of the wall clock, cut to microseconds; the base is a moment between the beginning and main.
    Bounds micro = all[0];
    timeval time;
    const long before = real(CLOCK_REALTIME);
    IS(gettimeofday(&time, nullptr), 0);
    narrow(micro, 0, before, time.tv_sec * 1000000000 + time.tv_usec * 1000 + 500, real(CLOCK_REALTIME));
    IS(micro.least <= micro.most + 1000, true);
    const double base = all[3].least / (1 - speed); // of CLOCK_MONOTONIC, from first_real on
    IS(base < 1000000 && base > -60e9, true);

    const long last = told(CLOCK_PROCESS_CPUTIME_ID); // processor time goes by no such clock
    IS(told(CLOCK_PROCESS_CPUTIME_ID) >= last, true);
    return 0;
}
