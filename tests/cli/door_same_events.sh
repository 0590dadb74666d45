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
# Events in an order of their own, without what tells of the moment or of the code.
compare() {
    python3 - "$@" <<'END' || fail "$*"
import json, sys
def events(path):
    found = []
    for process in json.load(open(path))["processes"]:
        for event in process["events"]:
            for key in ("time", "site", "caller", "call"):
                event.pop(key, None)
            found.append((process["process"]["lineage"], json.dumps(event, sort_keys=True)))
    return sorted(found)
first, second = events(sys.argv[1]), events(sys.argv[2])
if len(first) < 10 or first != second:
    sys.exit(f"{len(first)} and {len(second)} events; the first that differ: "
             f"{next(((a, b) for a, b in zip(first, second) if a != b), None)}")
END
}
strike() { # DOOR PROGRAM
    faultline run --door "$1" --seed 11 -q -o "$2.$1.json" -f 'write:errno=[ENOSPC,EIO],probability=0.2,count=thread' \
        -f 'pread:short,bytes=5,probability=0.5,count=thread' -f 'fsync:errno=EIO' -f 'rename:errno=EXDEV,path=data' -- "./$2"
    expect 0
}
program dynamic -pthread <main.c || fail "$(cat dynamic.log)"
strike preload dynamic
strike kernel dynamic
compare dynamic.preload.json dynamic.kernel.json
holds dynamic.kernel.json 'd["door"] == "kernel"' '"door" not in json.load(open("dynamic.preload.json"))'
if program static -static -pthread <main.c; then
    for again in 1 2 3 4 5; do
        strike kernel static
        compare dynamic.kernel.json static.kernel.json
    done
fi
if command -v musl-gcc >/dev/null; then
    CC=musl-gcc
    program musl -static -pthread <main.c || fail "$(cat musl.log)"
    strike kernel musl
    compare dynamic.kernel.json musl.kernel.json
fi
left_nothing
