// Each blocking call that there is a row for, cancelled while it waits.
#include "host.hpp"

#include <atomic>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <threads.h>
#include <time.h>

static int in, full, listener, epoll, queue, locked;
static FILE* stream;
static sem_t semaphore;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_t sleeper;
static timespec late;  // an hour from now
static timespec long_; // an hour
static char bytes[1 << 16];
static sigset_t none, one;

static pollfd set() { return {in, POLLIN, 0}; }
static fd_set* fds()
{
    static thread_local fd_set all;
    FD_ZERO(&all);
    FD_SET(in, &all);
    return &all;
}
static iovec piece() { return {bytes, sizeof bytes}; }
static msghdr message(iovec* pieces)
{
    msghdr header = {};
    header.msg_iov = pieces;
    header.msg_iovlen = 1;
    return header;
}

using Blocks = void (*)();
static const Blocks blocking[] = {
    [] { read(in, bytes, 8); },
    [] {
        auto p = piece();
        readv(in, &p, 1);
    },
    [] { recv(in, bytes, 8, 0); },
    [] { recvfrom(in, bytes, 8, 0, nullptr, nullptr); },
    [] {
        auto p = piece();
        auto m = message(&p);
        recvmsg(in, &m, 0);
    },
    [] {
        auto p = piece();
        mmsghdr m = {message(&p), 0};
        recvmmsg(in, &m, 1, 0, nullptr);
    },
    [] { write(full, bytes, sizeof bytes); },
    [] {
        auto p = piece();
        writev(full, &p, 1);
    },
    [] { send(full, bytes, sizeof bytes, 0); },
    [] { sendto(full, bytes, sizeof bytes, 0, nullptr, 0); },
    [] {
        auto p = piece();
        auto m = message(&p);
        sendmsg(full, &m, 0);
    },
    [] {
        auto p = piece();
        mmsghdr m = {message(&p), 0};
        sendmmsg(full, &m, 1, 0);
    },
    [] { accept(listener, nullptr, nullptr); },
    [] { accept4(listener, nullptr, nullptr, 0); },
    [] {
        auto s = set();
        poll(&s, 1, -1);
    },
    [] {
        auto s = set();
        ppoll(&s, 1, &long_, nullptr);
    },
    [] { select(in + 1, fds(), nullptr, nullptr, nullptr); },
    [] { pselect(in + 1, fds(), nullptr, nullptr, &long_, nullptr); },
    [] {
        epoll_event event;
        epoll_wait(epoll, &event, 1, -1);
    },
    [] {
        epoll_event event;
        epoll_pwait(epoll, &event, 1, -1, nullptr);
    },
    [] { open("fifo", O_RDONLY); },
    [] { openat(AT_FDCWD, "fifo", O_RDONLY); },
    [] { creat("fifo", 0600); },
    [] {
        struct flock lock = {F_WRLCK, SEEK_SET, 0, 1, 0};
        fcntl(locked, F_SETLKW, &lock);
    },
    [] { lockf(locked, F_LOCK, 1); },
    [] { msgrcv(queue, bytes, 8, 0, 0); },
    [] { sem_wait(&semaphore); },
    [] { sem_timedwait(&semaphore, &late); },
    [] { sem_clockwait(&semaphore, CLOCK_REALTIME, &late); },
    [] {
        pthread_mutex_lock(&mutex);
        pthread_cond_wait(&condition, &mutex);
    },
    [] {
        pthread_mutex_lock(&mutex);
        pthread_cond_timedwait(&condition, &mutex, &late);
    },
    [] {
        pthread_mutex_lock(&mutex);
        pthread_cond_clockwait(&condition, &mutex, CLOCK_REALTIME, &late);
    },
    [] { pthread_join(sleeper, nullptr); },
    [] { pthread_timedjoin_np(sleeper, nullptr, &late); },
    [] { nanosleep(&long_, nullptr); },
    [] { clock_nanosleep(CLOCK_MONOTONIC, 0, &long_, nullptr); },
    [] { sleep(3600); },
    [] { usleep(3600'000'000U); },
    [] { thrd_sleep(&long_, nullptr); },
    [] { pause(); },
    [] { sigsuspend(&none); },
    [] {
        int number;
        sigwait(&one, &number);
    },
    [] { sigwaitinfo(&one, nullptr); },
    [] { sigtimedwait(&one, nullptr, &long_); },
    [] { wait(nullptr); },
    [] { waitpid(-1, nullptr, 0); },
    [] { wait3(nullptr, 0, nullptr); },
    [] { wait4(-1, nullptr, 0, nullptr); },
    [] {
        siginfo_t info;
        waitid(P_ALL, 0, &info, WEXITED);
    },
    [] { fgetc(stream); },
    [] { fread(bytes, 1, 8, stream); },
    [] { fgets(bytes, 8, stream); },
};

static int cleaned;
static void cleanup(void*) { ++cleaned; }
static void unlock(void*)
{
    if (pthread_mutex_trylock(&mutex) == 0) return (void)pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&mutex); // a wait that is cancelled has locked it again
}

static std::atomic<int> waiting{0};

/// Until the thread is in its call and the kernel has put it to sleep there.
static void wait_until_it_sleeps()
{
    char state = 0;
    while (state != 'S') {
        char path[64], text[400] = {};
        snprintf(path, sizeof path, "/proc/self/task/%d/stat", waiting.load());
        const auto file = raw(SYS_openat, AT_FDCWD, path, O_RDONLY);
        if (file < 0) continue; // not born yet
        raw(SYS_read, file, text, sizeof text - 1);
        raw(SYS_close, file);
        const char* const end = strrchr(text, ')');
        state = end == nullptr ? '\0' : end[2];
    }
}

static void* wait_for_ever(void* how)
{
    waiting = (int)syscall(SYS_gettid);
    pthread_cleanup_push(cleanup, nullptr);
    pthread_cleanup_push(unlock, nullptr);
    blocking[(long)how]();
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return nullptr;
}
static void* sleep_on(void*)
{
    for (;;)
        raw(SYS_pause);
}

int main()
{
    int pair[2], pipes[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    in = pair[0];
    int stuffed[2];
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, stuffed), 0);
    full = stuffed[0];
    while (raw(SYS_sendto, full, bytes, sizeof bytes, MSG_DONTWAIT, nullptr, 0) > 0) {
    }
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    sa_family_t family = AF_UNIX;
    IS(bind(listener, (sockaddr*)&family, sizeof family) == 0 && listen(listener, 1) == 0, true);
    epoll = epoll_create1(0);
    IS(mkfifo("fifo", 0600), 0);
    IS(pipe(pipes), 0);
    stream = fdopen(pipes[0], "r");
    queue = msgget(IPC_PRIVATE, 0600);
    clock_gettime(CLOCK_REALTIME, &late);
    late.tv_sec += 3600;
    long_.tv_sec = 3600;
    sigemptyset(&none);
    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    sigprocmask(SIG_BLOCK, &one, nullptr);
    IS(sem_init(&semaphore, 0, 0), 0);
    IS(pthread_create(&sleeper, nullptr, sleep_on, nullptr), 0);
    locked = open("locked", O_RDWR | O_CREAT, 0600);
    int ready[2];
    IS(pipe(ready), 0);
    const pid_t child = fork(); // for wait, and to hold the lock
    if (child == 0) {
        IS(lockf(locked, F_LOCK, 1), 0);
        close(pair[1]);
        char byte = 0;
        raw(SYS_write, ready[1], &byte, 1);
        raw(SYS_read, in, &byte, 1);
        _exit(0);
    }
    char byte;
    IS(raw(SYS_read, ready[0], &byte, 1), 1);
    long how = 0;
    for (; how < (long)(sizeof blocking / sizeof *blocking); ++how) {
        pthread_t thread;
        void* result = nullptr;
        waiting = 0;
        IS(pthread_create(&thread, nullptr, wait_for_ever, (void*)how), 0);
        if (how % 2 == 0) // half of them while they wait, the others as they come
            wait_until_it_sleeps();
        IS(pthread_cancel(thread), 0);
        IS(pthread_join(thread, &result), 0);
        if (result != PTHREAD_CANCELED) host::wrong(__FILE__, __LINE__, "not cancelled", how, -1);
        IS(cleaned, how + 1);
    }
    printf("%ld calls were cancelled\n", how);
    msgctl(queue, IPC_RMID, nullptr);
    close(pair[1]);
    REAP(child);
    return 0;
}
