# P26: the preloaded libraries that people use, before us and after us. Each replaces functions that we could be tempted to
# call: the clock, sleeping, locks, memory, files. A delay ends all the same, and so does the run; the record is right, and
# its times are the kernel's. The last of them is made here: its clock takes a mutex, and the plan strikes that function.
. "${0%/*}/../cli/lib.sh"
program host -pthread <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "raw.h"
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static void* work(void* unused)
{
    (void)unused;
    struct timespec now;
    for (int i = 0; i < 100; ++i) {
        char* const text = malloc(1000 + i);
        if (text == 0 || pthread_mutex_lock(&mutex) != 0) return "failed";
        memset(text, 1, 1000 + i);
        clock_gettime(CLOCK_MONOTONIC, &now);
        pthread_mutex_unlock(&mutex);
        free(text);
    }
    return 0;
}
static long now(void) // the kernel's
{
    struct timespec now;
    raw_words(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&now, 0, 0, 0, 0);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}
int main(void)
{
    char byte;
    pthread_t threads[2];
    void* result;
    for (int i = 0; i < 2; ++i)
        if (pthread_create(&threads[i], 0, work, 0) != 0) return 2;
    for (int i = 0; i < 2; ++i)
        if (pthread_join(threads[i], &result) != 0 || result != 0) return 3;
    const int zero = open("/dev/zero", O_RDONLY);
    const long begin = now();
    if (read(zero, &byte, 1) != 1) return 4;
    if (now() - begin < 10000000) return 5;
    if (write(1, "a", 1) != 1 || write(1, "b", 1) != -1 || errno != EIO || write(1, "c", 1) != 1) return 6;
    return 7;
}
END2
program locked_clock.so -shared -fPIC -pthread <<'END2' || fail "cc: $(cat locked_clock.so.log)"
#include <pthread.h>
#include <time.h>
#include "raw.h"
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // not recursive
int clock_gettime(clockid_t clock, struct timespec* time)
{
    pthread_mutex_lock(&mutex);
    const int result = (int)raw_words(SYS_clock_gettime, clock, (long)time, 0, 0, 0, 0);
    if (result == 0) time->tv_sec += 1000000; // and far from right
    pthread_mutex_unlock(&mutex);
    return result;
}
END2
cat >plan.toml <<'END2'
[[fault]]
name = "slow"
functions = "read"
type = "delay"
delay = "10ms"
path = "/dev/zero"
[[fault]]
name = "locks"
functions = ["pthread_mutex_lock", "pthread_mutex_unlock", "clock_gettime", "malloc"]
type = "delay"
delay = "1ns"
[[fault]]
name = "full"
functions = "write"
type = "errno"
errno = "EIO"
on = "2"
END2

# beside NAME LIBRARY FIRST COMMAND…: the host with the library before us and after us, inside the command. FIRST: what
# becomes of the calls where the library comes first: they come to us as well, or it `hides` read and write, for it looks
# those up in libc.so.6 itself and not in the next library.
tried=0
beside() {
    name=$1 other=$2 first=$3
    shift 3
    tried=$((tried + 1))
    for order in "$other:$LIB" "$LIB:$other"; do
        rm -f stats.json
        status=0
        timeout 30 "$@" env LD_PRELOAD="$order" FAULT_CONFIG=plan.toml FAULT_STATS=stats.json ./host >out 2>err </dev/null ||
            status=$?
        if [ "$first $order" = "hides $other:$LIB" ]; then
            expect 5
            right='d["faults"]["slow"]["matched"] == 0'
        else
            [ "$status" = 7 ] || fail "$order: exit status $status instead of 7"
            is out ac
            right='d["faults"]["slow"]["triggered"] == 1 and d["faults"]["full"]["errors"] == {"EIO": 1}
                   and [e["delay"] for e in d["events"] if e["fault"] == "slow"] == [0.01]'
        fi
        holds stats.json "$right" 'd["faults"]["locks"]["triggered"] >= 400' \
            '0 <= d["process"]["seconds"] < 30' \
            'abs(__import__("datetime").datetime.fromisoformat(d["process"]["started"].rstrip("Z") + "+00:00").timestamp()
                 - __import__("time").time()) < 600' \
            'all(0 <= e["time"] < 30 for e in d["events"])'
    done
    echo "$name: both orders"
}

# Package, library, what becomes of our calls, and what makes it work.
while read -r package library first setup; do
    found=
    for path in $library; do
        [ ! -e "$path" ] || found=$path
    done
    if [ -z "$found" ]; then
        echo "$library: skipped, for it is not here (Debian: $package)"
        continue
    fi
    beside "$library" "$found" "$first" $setup
done <<'END2'
libfaketime /usr/lib/*/faketime/libfaketime.so.1 come env FAKETIME=+10d
libfaketime /usr/lib/*/faketime/libfaketimeMT.so.1 come env FAKETIME=-10d
libjemalloc2 /usr/lib/*/libjemalloc.so.2 come env
libmimalloc2.0 /usr/lib/*/libmimalloc.so.2 come env
libtcmalloc-minimal4 /usr/lib/*/libtcmalloc_minimal.so.4 come env
libeatmydata1 /usr/lib/*/libeatmydata.so.1 come env
fakeroot /usr/lib/*/libfakeroot/libfakeroot-sysv.so come fakeroot
fakechroot /usr/lib/*/fakechroot/libfakechroot.so come fakechroot
torsocks /usr/lib/*/torsocks/libtorsocks.so come env
umockdev /usr/lib/*/libumockdev-preload.so.0 hides env
END2
beside locked_clock "$PWD/locked_clock.so" come env
[ "$tried" -gt 1 ] || skip 'none of these libraries is here'
