# Where a call comes from is known through the kernel's door too: the trace, the selectors 'site' and 'caller', counting by site.
# What one call to libc makes of one system call has the same id as through the preload; a static program's sites are the
# same from run to run.
. "${0%/*}/lib.sh"
cat >main.c <<'EOF'
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((noinline)) static void look(const char* path)
{
    const int fd = open(path, O_RDONLY);
    if (fd >= 0) close(fd);
    __asm__ volatile("");
}
__attribute__((noinline)) static int at_depth(int depth)
{
    int result = depth == 0 ? fsync(99) : at_depth(depth - 1);
    __asm__ volatile("" : "+r"(result));
    return result;
}
static void* work(void* path)
{
    look(path);
    return NULL;
}
int main(void)
{
    pthread_t thread;
    for (int i = 0; i < 3; ++i)
        look("/dev/null");
    look("/");
    for (int round = 0; round < 3; ++round)
        for (int depth = 0; depth < 4; ++depth)
            at_depth(depth);
    pthread_create(&thread, NULL, work, "/");
    pthread_join(thread, NULL);
    if (fork() == 0) {
        look("/dev/null");
        _exit(0);
    }
    wait(NULL);
    return 0;
}
EOF
# sites FILE: what the trace has of functions that are system calls one to one.
sites() {
    python3 - "$1" <<'EOF'
import json, sys
for process in json.load(open(sys.argv[1]))["processes"]:
    for line in sorted(f'{s["thread"]} {s["function"]} {s["site"]} {s["calls"]} {s["first"]} {[f.split("/")[-1] for f in s["stack"]]}'
                       for s in process["sites"] if s["function"] in ("open", "close", "fsync")):
        print(process["process"]["lineage"], line)
EOF
}
struck() { python3 -c 'import json, sys
print(" ".join(e["site"] for e in json.load(open(sys.argv[1]))["processes"][0]["events"]))' "$1"; }

# check PROGRAM [CALLERS]: each of its sites can be taken by its id, and its calls of open and close by their callers.
check() {
    faultline run --door kernel --trace -o "$1.json" -- "./$1"
    expect 0
    grep -q '^  open  *6  *[46]$' err || fail "$1: 6 calls of open from 4 sites, or 6 where a loop is unrolled"
    faultline run --door kernel --trace -o again.json -- "./$1"
    sites "$1.json" >first
    sites again.json | cmp - first || fail "$1: sites differ from run to run"
    faultline run --door kernel -o all.json -f 'fsync:EIO' -- "./$1"
    third=$(struck all.json | cut -d' ' -f3)
    [ "$(struck all.json | tr ' ' '\n' | sort -u | wc -l)" = 4 ] || fail "$1: not a site for each depth: $(struck all.json)"
    faultline run --door kernel -o one.json -f "fsync:EIO,site=$third" -- "./$1"
    [ "$(struck one.json)" = "$third $third $third" ] || fail "$1: the selector took $(struck one.json)"
    faultline run --door kernel -o count.json -f 'fsync:EIO,on=2,count=site' -- "./$1"
    [ "$(struck count.json | wc -w)" = 4 ] || fail "$1: each site has a second call: $(struck count.json)"
    faultline run --door kernel -o sticky.json -f 'fsync:EIO,on=3,sticky=site' -- "./$1"
    [ "$(struck sticky.json)" = "$third $third $third" ] || fail "$1: stuck elsewhere: $(struck sticky.json)"
    faultline run --door kernel -o caller.json -f "open,close:delay=0ns,caller=${2:-$1!look}" -- "./$1"
    holds caller.json 'd["faults"]["open-delay"]["triggered"] == 12' \
        "all(e[\"caller\"].startswith(\"$1+0x\") for p in d[\"processes\"] for e in p[\"events\"])"
    faultline run --door kernel -o other.json -f "fsync:EIO,caller=!$1" -- "./$1"
    holds other.json 'd["faults"]["fsync-errno"]["triggered"] == 0'
}

for level in O0 O2; do
    program "dynamic$level" -pthread "-$level" <main.c || fail "$(cat "dynamic$level.log")"
    check "dynamic$level"
    faultline run --door preload --trace -o preload.json -- "./dynamic$level"
    sites preload.json | cmp - first || fail "-$level: the preload has other sites: $(sites preload.json | diff - first)"
done
# A stack that looks the same is the other library's.
plugs
faultline run --door kernel -o plugs.json -f 'fsync:EIO' -- ./plugs
[ "$(sort -u out | wc -l)" = 1 ] || fail "they lie at different addresses: $(cat out)"
holds plugs.json "[e['caller'].split('+')[0] for e in d['processes'][0]['events']] == ['first.so', 'second.so'] * 2" \
    "len({e['site'] for e in d['processes'][0]['events']}) == 2"

if program static -static -pthread <main.c; then
    check static
    holds static.json 'all(s["stack"][0].split("+")[0].endswith("/static") for p in d["processes"] for s in p["sites"])'
fi
if command -v musl-gcc >/dev/null; then
    CC=musl-gcc
    program musl -static -pthread <main.c || fail "$(cat musl.log)"
    check musl '[musl!open*,musl!close*]' # which call on, to one function for all that can be cancelled
fi
left_nothing
