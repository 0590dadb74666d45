# What the caller's other threads, and signals, do while the supervisor performs a call: memory that goes, descriptors that
# become others, interruptions halfway. Every byte is written once and told of; lengths and pointers that the kernel
# refuses are refused with its own errors.
. "${0%/*}/lib.sh"
cat >main.c <<'END'
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
static char* page;
static int data, other;
static long result;
static atomic_int writer;
static void tell(const char* what, long got) { printf("%s %ld %s\n", what, got, got < 0 ? strerrorname_np(errno) : "-"); }
static long size_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_size : -1;
}
static void* write_page(void* unused)
{
    writer = (int)syscall(SYS_gettid);
    result = write(data, page, 10);
    if (result < 0) result = -errno;
    return unused;
}
/* Starts a write that is delayed, and returns when it is under way. */
static pthread_t start(void)
{
    pthread_t thread;
    char path[64], call[3] = "";
    page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    writer = 0;
    pthread_create(&thread, 0, write_page, 0);
    while (writer == 0)
        sched_yield();
    sprintf(path, "/proc/self/task/%d/syscall", writer);
    for (int tries = 0; tries < 1000 && strcmp(call, "1 ") != 0; ++tries) {
        const int file = open(path, O_RDONLY);
        (void)!read(file, call, 2);
        close(file);
    }
    return thread;
}
static void handle(int signal) { (void)signal; }
static int signals;
static void count_signal(int signal) { signals += signal == SIGXFSZ; }
int main(int count, char** words)
{
    (void)count;
    const char* const what = words[1];
    data = open("data", O_RDWR | O_CREAT | O_TRUNC, 0644);
    other = open("other", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (!strcmp(what, "unmapped")) { /* it may also be over before the memory is gone: again, then */
        int gone = 0, wrong = 0;
        for (int i = 0; i < 20 && gone == 0; ++i) {
            const long before = size_of(data);
            const pthread_t thread = start();
            munmap(page, 4096);
            pthread_join(thread, 0);
            gone += result == -EFAULT;
            wrong += result != -EFAULT && result != 5;
            wrong += size_of(data) - before != (result > 0 ? result : 0);
        }
        printf("gone %d, wrong %d\n", gone, wrong);
    } else if (!strcmp(what, "reused")) {
        int moved = 0, wrong = 0;
        for (int i = 0; i < 20 && moved == 0; ++i) {
            const long all = size_of(data) + size_of(other);
            const int kept = dup(data);
            const pthread_t thread = start();
            dup2(other, data);
            pthread_join(thread, 0);
            dup2(kept, data);
            close(kept);
            moved += size_of(other) != 0;
            wrong += size_of(data) + size_of(other) - all != result || (result != 5 && result != 10); /* not ours, then */
        }
        printf("moved %d, wrong %d\n", moved, wrong);
    } else if (!strcmp(what, "closed")) {
        int closed = 0, wrong = 0;
        for (int i = 0; i < 20 && closed == 0; ++i) {
            const long before = size_of(data);
            const int kept = dup(data);
            const pthread_t thread = start();
            close(data);
            pthread_join(thread, 0);
            dup2(kept, data);
            close(kept);
            closed += result == -EBADF;
            wrong += result != 5 && result != -EBADF;
            wrong += size_of(data) - before != (result > 0 ? result : 0);
        }
        printf("closed %d, wrong %d\n", closed, wrong);
    } else if (!strcmp(what, "lengths")) {
        static char byte[8192];
        struct iovec many[IOV_MAX + 1];
        for (int i = 0; i <= IOV_MAX; ++i)
            many[i] = (struct iovec){byte + i, 1};
        tell("most", syscall(SYS_writev, data, many, IOV_MAX));
        tell("more", syscall(SYS_writev, data, many, IOV_MAX + 1));
        tell("negative count", syscall(SYS_writev, data, many, -1L));
        many[1].iov_len = SIZE_MAX;
        tell("negative length", syscall(SYS_writev, data, many, 2));
        many[1].iov_len = SSIZE_MAX;
        many[2].iov_len = SSIZE_MAX;
        many[0].iov_base = (void*)8;
        tell("overflow", syscall(SYS_writev, data, many, 3));
        tell("bad vector", syscall(SYS_writev, data, (void*)8, 2));
        tell("bad memory", syscall(SYS_writev, data, many, 1));
        tell("bad length", syscall(SYS_write, data, byte, SIZE_MAX));
        tell("bad path", syscall(SYS_open, (void*)8, O_RDONLY));
        tell("bad descriptor", syscall(SYS_write, 999, byte, 1));
        tell("into nothing", syscall(SYS_pread64, data, (void*)8, 10, 0L));
        tell("into nothing, negative", syscall(SYS_pread64, data, byte, SIZE_MAX, 0L));
        tell("size", size_of(data));
    } else if (!strcmp(what, "limited")) { /* ulimit -f is the caller's */
        const struct rlimit small = {7, RLIM_INFINITY};
        signal(SIGXFSZ, count_signal);
        if (setrlimit(RLIMIT_FSIZE, &small) != 0) return 1;
        long got[3];
        for (int i = 0; i < 3; ++i)
            got[i] = write(data, "0123456789", 10);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}); /* else nothing can be printed */
        printf("written %ld %ld %ld\nsize %ld, signals %d\n", got[0], got[1], got[2], size_of(data), signals);
    } else if (!strcmp(what, "nonblock")) {
        int ends[2];
        static char much[200000];
        if (pipe2(ends, O_NONBLOCK) != 0) return 1;
        tell("empty", read(ends[0], much, 10));
        const long first = write(ends[1], much, sizeof much);
        tell("full", write(ends[1], much, 10));
        long all = 0;
        for (long n; (n = read(ends[0], much, sizeof much)) > 0;)
            all += n;
        printf("%s\n", first > 0 && first == all ? "all of it" : "not all");
    } else if (!strcmp(what, "interrupted")) { /* no SA_RESTART: a write to a pipe ends with what went through */
        struct sigaction action = {.sa_handler = handle};
        sigaction(SIGUSR1, &action, 0);
        int ends[2], told[2];
        if (pipe(ends) != 0 || pipe(told) != 0) return 1;
        const pid_t self = getpid(), reader = fork();
        if (reader == 0) { /* slowly, and it sees each number once, in order */
            unsigned expected = 0, got[16384];
            long all = 0, n, wrong = 0;
            close(ends[1]);
            while ((n = syscall(SYS_readv, ends[0], &(struct iovec){(char*)got + all % 4, sizeof got - 4}, 1)) > 0) {
                for (long i = all % 4 == 0 ? 0 : -1; wrong == 0 && n >= 4 && all % 4 == 0 && i < n / 4; ++i)
                    wrong += got[i] != expected + (unsigned)i;
                all += n;
                expected = (unsigned)(all / 4);
                kill(self, SIGUSR1);
                usleep(2000);
            }
            dprintf(told[1], "%ld %ld", all, wrong);
            _exit(0);
        }
        close(ends[0]);
        static unsigned numbers[1 << 19];
        for (unsigned i = 0; i < 1 << 19; ++i)
            numbers[i] = i;
        long all = 0, cut = 0;
        while (all < (long)sizeof numbers) {
            const long n = write(ends[1], (char*)numbers + all, sizeof numbers - (size_t)all);
            if (n < 0 && errno != EINTR) return 1;
            cut += n > 0 && n < (long)sizeof numbers - all;
            all += n > 0 ? n : 0;
        }
        close(ends[1]);
        char text[64] = "", expected[64];
        while (waitpid(reader, 0, 0) < 0) {
        }
        (void)!read(told[0], text, sizeof text - 1);
        sprintf(expected, "%ld 0", all);
        printf("%s, cut %d\n", strcmp(text, expected) == 0 ? "each byte once" : text, cut > 0);
    }
    return 0;
}
END
program work -pthread <main.c || fail "$(cat work.log)"
slow='write:short,bytes=5,delay=50ms,path=**/data'
strike() { # FAULT WORD TEXT
    faultline run --door kernel -q -o report.json -f "$1" -- ./work "$2"
    expect 0
    is out "$3"
}
strike "$slow" unmapped 'gone 1, wrong 0'
strike "$slow" reused 'moved 1, wrong 0'
strike "$slow" closed 'closed 1, wrong 0'
# What is refused is refused as without a fault, and what goes through is cut.
./work lengths >bare
sed 's/^most 1024/most 5/; s/^size .*/size 5 -/' bare >expected
strike 'write,writev,pread:short,bytes=5,path=**/data' lengths "$(cat expected)"
grep -q '^negative length -1 EINVAL' bare || fail "the kernel says another thing: $(cat bare)"
strike "$slow" limited 'written 5 2 -1
size 7, signals 1'
strike 'read,write:corruption,mode=increment,bytes=1,fd_kind=pipe' nonblock 'empty -1 EAGAIN
full -1 EAGAIN
all of it'
strike 'write:throttle,rate=1GiB/s,fd_kind=pipe' interrupted 'each byte once, cut 1'
left_nothing
