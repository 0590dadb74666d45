# An exploration through the kernel's door: of static programs by itself, with its reason. It finds what is planted and accuses
# no sound program, its plans and scripts repeat what they are of, and a dynamic program has the same findings through both
# doors.
. "${0%/*}/lib.sh"
cat >main.c <<'EOF'
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
static int sorry(const char* what, size_t bytes)
{
    (void)!write(2, what, bytes);
    return 1;
}
int main(void)
{
    char bytes[64];
    int opened[64] = {0};
    const int in = open("in.txt", O_RDONLY);
#ifdef SOUND
    if (in < 0) return sorry("no input\n", 9);
#endif
    int* const mark = in < 0 ? NULL : &opened[in];
    *(volatile int*)mark = 1; /* a failed open is not looked at */
    const ssize_t got = read(in, bytes, sizeof bytes);
    if (got < 0) return sorry("cannot read\n", 12);
    const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) return sorry("no output\n", 10);
    const ssize_t put = write(out, bytes, (size_t)got); /* nor is a failed write */
#ifdef SOUND
    if (put != got) return sorry("cannot write\n", 13);
#endif
    free(malloc(100)); /* which is no system call */
    return put > got;
}
EOF
mkdir work
echo something >work/in.txt
# explore DOOR PROGRAM: what is found is in PROGRAM.DOOR.
explore() {
    rm -rf "$2.$1"
    faultline explore -q -j1 --door "$1" -w work --try io,fd,net -o "$2.$1" -- "$PWD/$2"
}
found() { python3 -c 'import json, sys
for f in json.load(open(sys.argv[1] + "/findings.json"))["findings"]: print(f["key"])' "$1"; }

program dynamic <main.c || fail "$(cat dynamic.log)"
program sound -DSOUND <main.c || fail "$(cat sound.log)"
explore preload dynamic
expect 1
found dynamic.preload >by_preload
explore kernel dynamic
expect 1
says out "through the kernel's door"
found dynamic.kernel >by_kernel
cmp by_preload by_kernel || fail "other findings: $(diff by_preload by_kernel)"
grep -q '^crash ' by_kernel || fail 'the failed open was not found'
grep -q '^silent-wrong write from ' by_kernel || fail 'the failed write was not found'
holds dynamic.kernel/findings.json \
    'all(f["repro"].startswith("faultline run --door kernel -f ") for f in d["findings"])' \
    '"malloc" not in {s["function"] for f in d["findings"] for s in f["strikes"]}'
explore kernel sound
expect 0

# What a finding leaves repeats it.
status=0
sh dynamic.kernel/findings/crash-1/repro.sh >out 2>err || status=$?
expect 139
rm -rf "$(sed -n 's/^in //p' err)"
faultline explore -q -j1 --door kernel --fork-server on -w work -o refused -- "$PWD/dynamic"
expect 125
says err "--fork-server=on: runs cannot be begun by a fork server: the kernel's door needs a process that is executed"
faultline explore -q --door window -w work -o refused -- "$PWD/dynamic"
expect 125
says err '--door window: it is preload, kernel or auto'

# A run whose supervisor was killed tells nothing. Nothing is concluded from it, wherever it was made, and the journal is
# free of it.
export TWICE="$PWD/twice"
program deadly <<'EOF'
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
    const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out >= 0 && write(out, "x", 1) == 1) return 0;
    return system("if [ -e \"$TWICE\" ]; then pkill -KILL -x faultline-door; sleep 1; fi; : >\"$TWICE\"") & 0;
}
EOF
lines() { wc -l <"$1/journal.jsonl"; }
: >twice
faultline explore -q -j1 --door kernel -w work --try io -o void -- "$PWD/deadly" # in its first run under a fault
expect 125
says err 'a run is void'
[ "$(lines void)" = 0 ] || fail 'the journal tells of a void run'
rm twice # now in the run that is to repeat what was found
faultline explore -q -j1 --door kernel -w work --try io --sample 1 -o void -- "$PWD/deadly"
expect 125
says err 'a run is void'
[ "$(lines void)" = 1 ] || fail 'the run that was not void is not in the journal'
unset TWICE

program static -static <main.c || skip 'there is no static libc'
program still -static -DSOUND <main.c || fail "$(cat still.log)"
explore auto static
expect 1
says out "through the kernel's door, for it is statically linked"
found static.auto | grep -q '^crash ' || fail "the static program's failed open was not found"
found static.auto | grep -q '^silent-wrong write from ' || fail "its failed write was not found"
FAULTLINE="$FAULTLINE" sh static.auto/findings/silent-wrong-1/repro.sh >out 2>err || fail 'the script of a silent mistake fails'
place=$(sed -n 's/^in //p' err)
[ -e "$place/out.txt" ] && [ ! -s "$place/out.txt" ] || fail "the write did not fail again in $place"
rm -rf "$place"
explore auto still
expect 0
# What libc's start calls is left out, whose failure is no mistake of the program's.
faultline explore -q -j1 -w work --try oom -o memory -- "$PWD/still"
expect 0
says out "sites of libc's own start, before main, are not tried"
explore preload static
expect 125
says err 'there is no loader that could preload libfaultline.so into it'
# The same points by two shards, merged.
for i in 1 2; do
    faultline explore -q -j1 -w work --try io,fd,net --shard $i/2 -o "part$i" -- "$PWD/static"
done
faultline explore -q -j1 --merge part1 part2 -o merged
found static.auto >by_static
found merged | cmp - by_static || fail "merged shards found something else: $(found merged)"
