// expect: hang blocked
// A thread that gives up tells none of those that wait for it.
#include "corpus.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

static std::mutex mutex;
static std::condition_variable changed;
static int state = 0; // 1: done, 2: given up

static void work()
{
    const int in = open("in.txt", O_RDONLY);
#ifndef SOUND
    if (in < 0) return;
#endif
    const std::lock_guard lock(mutex);
    state = in < 0 ? 2 : 1;
    if (in >= 0) close(in);
    changed.notify_all();
}

int main()
try {
    std::thread thread(work);
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [] { return state != 0; });
    }
    thread.join();
    if (state == 2) return failed("open in.txt");
    return write_all(1, "ready\n", 6) == 0 ? 0 : failed("write");
} catch (const std::exception& error) {
    return failed("the thread");
}
