# Type crash with a status through the kernel's door: the process ends with it at the call, from any thread, past exit
# handlers, buffers and its handlers of signals; as the preload has it.
. "${0%/*}/lib.sh"
cat >main.c <<'END'
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void tell(void) { (void)!write(1, "exit handler\n", 13); }
static void handle(int signal)
{
    (void)signal;
    (void)!write(1, "handler\n", 8);
}
static void* work(void* fd)
{
    for (;;)
        if (write(*(int*)fd, "0123456789", 10) != 10) abort();
    return 0;
}
int main(void)
{
    const int fd = open("data", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
    pthread_t threads[3];
    atexit(tell);
    signal(SIGUSR1, handle);
    printf("in a buffer");
    for (int i = 0; i < 3; ++i)
        pthread_create(&threads[i], 0, work, (void*)&fd);
    pthread_join(threads[0], 0);
    return 0;
}
END
program dynamic -pthread <main.c || fail "$(cat dynamic.log)"
for moment in before torn after; do
    # A write that was let pass may not have been made when another thread's ends the process.
    case $moment in before) sizes='40 30 20' ;; torn) sizes='45 35 25' ;; after) sizes='50 40 30' ;; esac
    faultline run --door kernel -q -o report.json -f "write:crash,status=7,moment=$moment,on=5,count=process,path=**/data" \
        -f 'write:delay=1h,on=5..,count=process,path=**/data' -- ./dynamic
    expect 7
    is out ''
    case " $sizes " in *" $(wc -c <data) "*) ;; *) fail "$moment: $(wc -c <data) bytes" ;; esac
    holds report.json '[e["moment"] for p in d["processes"] for e in p["events"] if "moment" in e] == ["'"$moment"'"]' \
        'not any("signal" in e for p in d["processes"] for e in p["events"])'
done
cat >one.c <<'END'
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static void handle(int signal) { (void)signal; }
int main(int count, char** words)
{
    (void)words;
    const pid_t parent = getpid();
    signal(SIGUSR1, handle);
    if (count > 1 && fork() == 0) { /* signals for it all the time, also when the call is answered */
        while (getppid() == parent)
            kill(parent, SIGUSR1);
        _exit(0);
    }
    const int fd = open("data", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    (void)!fsync(fd);
    (void)!write(1, "went on\n", 8);
    return 0;
}
END
for link in -static -pthread; do # some machines have no static libc
    program one $link <one.c || continue
    for ending in 0 3 255; do
        faultline run --door kernel -q -f "fsync:crash,status=$ending,moment=after" -- ./one storm
        expect "$ending"
        is out ''
    done
done
left_nothing
