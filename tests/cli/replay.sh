# The faults of a record strike the same calls again: of threads and children, whatever chance had chosen them; a run
# that does something else is told apart; what a record cannot repeat is refused by name.
. "$(dirname "$0")/lib.sh"
program made -pthread <<'C'
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static int out;
static void* work(void* many)
{
    for (long i = 0; i < (long)many; ++i)
        if (write(out, "line\n", 5) < 0) close(-1);
    return NULL;
}
int main(int argc, char** argv)
{
    out = open("/dev/null", O_WRONLY);
    const long many = argc > 1 ? atol(argv[1]) : 40;
    /* One after the other, so that the second may get the record of the first's thread. */
    for (int i = 0; i < 3; ++i) {
        pthread_t thread;
        pthread_create(&thread, NULL, work, (void*)many);
        pthread_join(thread, NULL);
    }
    pthread_t both[2];
    for (int i = 0; i < 2; ++i)
        pthread_create(&both[i], NULL, work, (void*)many);
    if (fork() == 0) {
        work((void*)many);
        _exit(3);
    }
    for (int i = 0; i < 2; ++i)
        pthread_join(both[i], NULL);
    wait(NULL);
    return 5;
}
C

# All events as (thread, function, number in the thread, type, error).
events() {
    python3 - "$1" <<'PY'
import json, sys
for process in json.load(open(sys.argv[1]))["processes"]:
    for e in process["events"]:
        print(e["thread"], e["target"], e.get("thread_call", e["call"]), e["type"], e.get("errno", ""), e.get("bytes", ""))
PY
}

faultline run --seed 7 -f 'write:errno=[EIO,ENOSPC],probability=0.1' -f 'write:short,bytes=2,probability=0.05' \
    -f 'close:EIO,on=2' --report -o r.json -- ./made
expect 5
[ "$(events r.json | cut -d' ' -f1 | sort -u | wc -l)" -ge 6 ] || fail 'not every thread and child was struck'
faultline replay r.json
expect 0
says err 'faults of the record, all of them again, and no other'

# Each thread counts for itself, also one that took over where another had ended.
faultline run -f 'write:EIO,count=call,on=3' --report -o third.json -- ./made
expect 5
[ "$(events third.json | sort | cut -d' ' -f1-3 | tr '\n' ,)" = '0.1 write 3,0.2 write 3,0.3 write 3,0.4 write 3,0.5 write 3,0.6 write 3,' ] ||
    fail "not the third write of each thread: $(events third.json)"

# The plan that does it is one that faultline run takes, with another seed.
faultline replay --plan same.toml r.json
expect 0
faultline check same.toml
expect 0
says out 'of each function in each thread'
faultline run -c same.toml --seed 99 --report -o again.json -- ./made
expect 5
events r.json | sort >first
events again.json | sort >second
cmp first second || fail 'the plan strikes other calls than the record'

# A program that makes fewer calls, or ends in another way.
faultline replay r.json -- ./made 2
expect 1
says err 'was not struck: '
says_not err 'struck beside'
printf '#!/bin/sh\n./made\nexit 9\n' >wrapped && chmod +x wrapped
faultline replay r.json -- ./wrapped
expect 1
says err "it exited 9; in the record it exited 5"

# What cannot be repeated, and what is no record of faults.
faultline run --seed 1 -f 'read:corruption' --report -o damage.json -- head -n 1 /etc/passwd
faultline replay damage.json
expect 125
says err "fault 'read-corruption' (corruption) cannot be repeated: the damage was drawn at random"
faultline run -f 'write:EIO,on=1000' --report -o nothing.json -- ./made 2
faultline replay nothing.json
expect 125
says err 'no fault has struck in these records'
faultline replay missing.json
expect 125
says err 'missing.json'

# A pipeline of real programs under a shell. In how many pieces a pipe is read depends on the moment, so its reader is spared.
seq 3000 >numbers
faultline run --seed 5 -f 'read:short,probability=0.3,program=dd' -f 'malloc:ENOMEM,probability=0.001,program=sort' \
    --report -o sort.json -- sh -c 'dd bs=64 if=numbers 2>/dev/null | sort -n | tail -n 1 >last'
faultline replay sort.json
expect 0
left_nothing
