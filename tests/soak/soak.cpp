// Everything at once, for so many seconds: threads that come, go and are cancelled, forks, executed images, signals at
// 10 kHz, while calls fail. It notes each failure that it sees in a file that all its processes share; the record has
// to come to the same sums.
//
//   soak SECONDS COUNTS     COUNTS is an empty file of one page      soak leaf COUNTS     an executed image of it
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

namespace {

// The functions whose failures are counted, and how they fail by no other cause here.
enum Counted { of_pread, of_pwrite, of_fsync, of_stat, of_malloc, of_poll, of_close, of_openat, kinds };
constexpr std::size_t odd_size = 12'345; // of the allocations that are struck; libc makes none of it

struct Counts {
    std::atomic<long> seen[kinds];
    std::atomic<long> signals, forks, executed, cancelled, threads, broken;
};
Counts* counts;
const char* counts_path;
char* self;
std::atomic<bool> over{false};
int data;

/// Whether the call has failed. It comes from handlers too, so it prints nothing.
bool note(Counted which, bool failed)
{
    if (!failed) return false;
    if (errno != EIO && errno != ENOMEM) ++counts->broken; // not our doing, or not as the plan has it
    ++counts->seen[which];
    return true;
}

/// A round of every counted call, and of others that are delayed, damaged and cut short on the way.
void calls()
{
    char bytes[64];
    struct stat status;
    note(of_pread, pread(data, bytes, sizeof bytes, 0) < 0);
    note(of_pwrite, pwrite(data, bytes, sizeof bytes, 4096) < 0);
    note(of_fsync, fsync(data) < 0);
    note(of_stat, stat("data", &status) < 0);
    pollfd nothing = {data, POLLIN, 0};
    note(of_poll, poll(&nothing, 1, 0) < 0);
    void* const block = malloc(odd_size);
    if (!note(of_malloc, block == nullptr)) memset(block, 1, odd_size);
    free(block);
    const int fd = openat(AT_FDCWD, "data", O_RDONLY);
    if (!note(of_openat, fd < 0)) {
        [[maybe_unused]] const auto got = read(fd, bytes, sizeof bytes);
        note(of_close, close(fd) < 0);
    }
}

/// Without the signals at 10 kHz. (Nor would a fork end under them: the kernel begins it anew for each that comes.)
class Undisturbed {
public:
    Undisturbed()
    {
        sigset_t alarm;
        sigemptyset(&alarm);
        sigaddset(&alarm, SIGALRM);
        pthread_sigmask(SIG_BLOCK, &alarm, &before_);
    }
    ~Undisturbed() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

void on_alarm(int)
{
    const int kept = errno;
    struct stat status;
    char byte;
    ++counts->signals;
    note(of_stat, stat("data", &status) < 0);
    note(of_pread, pread(data, &byte, 1, 0) < 0);
    errno = kept;
}

void* short_lived(void*)
{
    ++counts->threads;
    calls();
    return nullptr;
}

void* blocked(void* end)
{
    // A struck close really closes, and is a cancellation point: cancelled there, it is on record and no caller saw it fail.
    int before = 0;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    calls();
    pthread_setcancelstate(before, nullptr);
    char byte;
    for (;;) {
        [[maybe_unused]] const auto got = read(*static_cast<int*>(end), &byte, 1);
    }
}

void reap(pid_t pid, int wanted)
{
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (status == wanted) return;
    ++counts->broken;
    fprintf(stderr, "a child ended with %d instead of %d\n", status, wanted);
}

void with_thread()
{
    pthread_t thread;
    if (pthread_create(&thread, nullptr, short_lived, nullptr) == 0) pthread_join(thread, nullptr);
}

void with_cancelled_thread()
{
    int ends[2];
    pthread_t thread;
    void* result = nullptr;
    if (pipe(ends) != 0) return;
    // A handler that calls a cancellation point while glibc acts on a cancellation waits for itself (glibc bug 12683),
    // and one that is cancelled in a frame that cannot throw ends the program: such threads are born without signals.
    int failed = 0;
    {
        const Undisturbed here;
        failed = pthread_create(&thread, nullptr, blocked, &ends[0]);
    }
    if (failed == 0) {
        usleep(200);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        result == PTHREAD_CANCELED ? ++counts->cancelled : ++counts->broken;
    }
    // Their descriptors are gone even where close is struck.
    for (const int end : ends)
        note(of_close, close(end) < 0);
}

pid_t fork_undisturbed()
{
    const Undisturbed here;
    return fork();
}

void with_child(int number)
{
    char leaf[] = "leaf";
    char* arguments[] = {self, leaf, const_cast<char*>(counts_path), nullptr};
    pid_t pid = -1;
    ++counts->forks;
    if (number % 4 == 3) {
        const Undisturbed here;
        if (posix_spawn(&pid, self, nullptr, nullptr, arguments, environ) == 0) reap(pid, 0);
        return;
    }
    pid = fork_undisturbed();
    if (pid == 0) {
        for (int i = 0; i < 5; ++i)
            calls();
        if (number % 4 == 0) {
            with_thread();
            _exit(0);
        }
        if (number % 4 == 1) execve(self, arguments, environ);
        raise(SIGKILL); // after all was noted
    }
    if (pid > 0) reap(pid, number % 4 == 2 ? SIGKILL : 0);
}

void* worker(void* number)
{
    long i = reinterpret_cast<long>(number);
    while (!over) {
        for (int round = 0; round < 20 && !over; ++round)
            calls();
        if (++i % 8 == 0) with_child(static_cast<int>(i / 8));
        if (i % 4 == 1) with_cancelled_thread();
        if (i % 4 == 2) with_thread();
    }
    return nullptr;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 3) return 2;
    self = argv[0];
    counts_path = argv[2];
    const int shared = open(counts_path, O_RDWR | O_CLOEXEC);
    counts = static_cast<Counts*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0));
    data = open("data", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (counts == MAP_FAILED || data < 0) return 2;
    if (strcmp(argv[1], "leaf") == 0) {
        ++counts->executed;
        for (int i = 0; i < 5; ++i)
            calls();
        return 0;
    }
    struct sigaction action = {};
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, nullptr);
    const itimerval every = {{0, 100}, {0, 100}};
    setitimer(ITIMER_REAL, &every, nullptr);
    pthread_t threads[8];
    for (long i = 0; i < 8; ++i)
        if (pthread_create(&threads[i], nullptr, worker, reinterpret_cast<void*>(i)) != 0) return 2;
    timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += atol(argv[1]);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr) == EINTR) {
    }
    over = true;
    for (const auto thread : threads)
        pthread_join(thread, nullptr);
    const itimerval none = {};
    setitimer(ITIMER_REAL, &none, nullptr);
    signal(SIGALRM, SIG_IGN); // the last one may be under way
    return counts->broken == 0 ? 0 : 1;
}
