# A finding says where the program did what is lost, what overtook it, and what was said: by file and line where there is
# debug information, else by function, else by module and offset; in the text, in powerloss.json and in every report.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
command -v strip >/dev/null || skip 'no strip (binutils)'
program kv -g <<'END' || fail "cc: $(cat kv.log)"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static int made(void) { return open("t", O_CREAT | O_RDWR, 0644); } /* MAKE */
__attribute__((noinline)) static void save(int fd)
{
    if (write(fd, "new\n", 4) != 4) /* SAVE */
        _exit(1);
}
__attribute__((noinline)) static void publish(void)
{
    if (rename("t", "f") != 0) /* PUBLISH */
        _exit(1);
}
__attribute__((noinline)) static void say(void)
{
    puts("ACK 1");
    fflush(stdout); /* SAY */
}
__attribute__((noinline)) static void store(int fd)
{
    if (ftruncate(fd, 4) != 0) _exit(1);
    char* const page = mmap(NULL, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); /* MAP */
    memcpy(page, "new\n", 4);
}
int main(int count, char** words)
{
    const int fd = made();
    if (count > 1 && strcmp(words[1], "map") == 0)
        store(fd);
    else
        save(fd);
    if (count > 1 && strcmp(words[1], "sync") == 0) fsync(fd); /* SYNC */
    close(fd);
    publish();
    say();
    unlink("absent");
    return 0;
}
END
strip -o stripped kv
gcc -O1 -fno-builtin kv.c -o named 2>/dev/null || fail 'cc'
line() { grep -n "/\* $1 \*/" kv.c | cut -d: -f1; }
# shellcheck disable=SC2016 # for the shell that it runs
check='x=$(cat f); test "$x" = new && exit 0
test "$x" = old || exit 11; test ! -s "$FAULT_ACKED" || exit 10'
mkdir d
search() { # ARGUMENT…
    echo old >d/f
    rm -f d/t
    status=0
    env -C d "$FAULTLINE" powerloss -q --model ext4-noauto --check "$check" "$@" >out 2>err </dev/null || status=$?
    expect 1
}
d=$PWD/d

search -o ../o -- ../kv
says out "#2 write $d/t (save at kv.c:$(line SAVE)) must be durable before #4 rename $d/f (publish at kv.c:$(line PUBLISH)): fsync $d/t after #2 and before #4"
says out "#4 rename $d/f (publish at kv.c:$(line PUBLISH)) must be durable before '1' is said (say at kv.c:$(line SAY)): fsync the directory of $d/f"
holds o/powerloss.json "[[(call['operation'], own['function'], own['line']) for call in finding['calls'] for own in [next(f for f in call['stack'] if f['module'] == '$PWD/kv')]] for finding in d['findings']] == [[(4, 'publish', $(line PUBLISH)), (5, 'say', $(line SAY))], [(2, 'save', $(line SAVE)), (4, 'publish', $(line PUBLISH)), (5, 'say', $(line SAY))]]"
reports r o
for format in text junit sarif json html; do
    says r/report.$format "must be durable before #4 rename"
done
says r/report.text "write t is lost from save at kv.c:$(line SAVE) (kv+0x"
says r/report.junit "save at kv.c:$(line SAVE)"
holds r/report.sarif "any(result['locations'][0]['physicalLocation'] == {'artifactLocation': {'uri': 'kv.c', 'uriBaseId': '%SRCROOT%'}, 'region': {'startLine': $(line SAVE), 'startColumn': 1, 'endLine': $(line SAVE), 'endColumn': 2}} for run in d['runs'] for result in run['results'])"
holds r/report.json "any(frame.get('line') == $(line PUBLISH) for e in d['explorations'] for f in e['findings'] for frame in f['stack'])"

# What is said elsewhere than into a pipe or file is noted at the thread's next call: it was said where it was.
echo old >d/f
env -C d "$FAULTLINE" powerloss -q --model ext4-noauto --check "$check" -o ../o -- ../kv >/dev/null 2>err </dev/null || :
says o/powerloss.json "must be durable before '1' is said (say at kv.c:$(line SAY))"

# In a child of a shell; and what is stored in memory is told by where that was mapped.
search -o ../o -- sh -c 'true; ../kv map; true'
says out "mmap $d/t (store at kv.c:$(line MAP)) must be durable before"

# Of a sync that is needed.
search -o ../o --mutate-syncs -- ../kv sync
holds o/powerloss.json "d['syncs'][0]['stack'][0]['line'] == $(line SYNC)"
says out "fsync $d/t (main at kv.c:$(line SYNC)): without it acknowledged-data-lost, where #1 openat $d/t (made at kv.c:$(line MAKE)) is lost"

# With less to read, less is told.
search -o ../o -- ../named
says out "#2 write $d/t (save in named) must be durable before #4 rename $d/f (publish in named)"
offset=$(sed -n 's/.*from save at .*(kv+\(0x[0-9a-f]*\))$/\1/p' r/report.text)
[ -n "$offset" ] || fail 'there is no offset in the report'
search -o ../o -- ../stripped
says out "#2 write $d/t (stripped+$offset) must be durable before #4 rename"
