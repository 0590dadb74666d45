# One program through both doors, under a plan on functions that are system calls one to one: the same events, number for
# number, in threads and children too. Its static builds, with glibc and with musl, meet the same under the kernel's door.
. "${0%/*}/lib.sh"
cat >main.c <<'END'
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void* work(void* fd)
{
    for (int i = 0; i < 20; ++i)
        (void)!write(*(int*)fd, "thread\n", 7);
    return 0;
}
int main(void)
{
    int fd = open("data", O_RDWR | O_CREAT | O_TRUNC, 0644);
    char bytes[64];
    for (int i = 0; i < 20; ++i)
        (void)!write(fd, "hello\n", 6);
    for (int child = 0; child < 3; ++child)
        if (fork() == 0) {
            for (int i = 0; i < 10; ++i)
                (void)!write(fd, "child\n", 6);
            if (child == 2 && fork() == 0)
                for (int i = 0; i < 10; ++i)
                    (void)!pread(fd, bytes, sizeof bytes, i);
            while (wait(0) > 0) {
            }
            _exit(child);
        }
    pthread_t threads[3];
    for (int i = 0; i < 3; ++i)
        pthread_create(&threads[i], 0, work, &fd);
    for (int i = 0; i < 3; ++i)
        pthread_join(threads[i], 0);
    while (wait(0) > 0) {
    }
    (void)!fsync(fd);
    (void)!rename("data", "moved");
    return 0;
}
END
strike() { # DOOR PROGRAM
    faultline run --door "$1" --seed 11 -q -o "$2.$1.json" -f 'write:errno=[ENOSPC,EIO],probability=0.2,count=thread' \
        -f 'pread:short,bytes=5,probability=0.5,count=thread' -f 'fsync:errno=EIO' -f 'rename:errno=EXDEV,path=data' -- "./$2"
    expect 0
}
program dynamic -pthread <main.c || fail "$(cat dynamic.log)"
strike preload dynamic
strike kernel dynamic
same_events dynamic.preload.json dynamic.kernel.json
holds dynamic.kernel.json 'd["door"] == "kernel"' '"door" not in json.load(open("dynamic.preload.json"))'
if program static -static -pthread <main.c; then
    for again in 1 2 3 4 5; do
        strike kernel static
        same_events dynamic.kernel.json static.kernel.json
    done
fi
if command -v musl-gcc >/dev/null; then
    CC=musl-gcc
    program musl -static -pthread <main.c || fail "$(cat musl.log)"
    strike kernel musl
    same_events dynamic.kernel.json musl.kernel.json
fi

# A child that its parent has not waited for is not taken for the one that is made after it.
program late <<'END' || fail "$(cat late.log)"
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    volatile int* const told = mmap(0, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fork() == 0) _exit(0);
    siginfo_t end;
    waitid(P_ALL, 0, &end, WEXITED | WNOWAIT);
    if (fork() == 0) {
        while (!*told) {
        }
        _exit(fsync(99) == 0);
    }
    fsync(99);
    *told = 1;
    while (wait(0) > 0) {
    }
    return 0;
}
END
for again in 1 2 3; do
    faultline run --door kernel -q -o late.json -f 'fsync:EIO' -- ./late
    holds late.json "sorted(e['thread'] for p in d['processes'] for e in p['events']) == ['0', '0.2']"
done
left_nothing
