# after_failure = "revert": below a recorder the file holds again what was synced, in memory and on every disk, and the run goes
# on with that; without one there is no run.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
faultline run -f 'fsync: errno=EIO, after_failure=revert' -- touch ran
expect 125
says err "after_failure is 'revert', and no recorder is here"
[ ! -e ran ] || fail 'the program ran'
program store <<'C' || fail "cc: $(cat store.log)"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
static int fd;
static void show(const char* when) // what the file holds, by a descriptor of its own
{
    char text[10000];
    const int own = open("f", O_RDONLY);
    const ssize_t size = read(own, text, sizeof text);
    close(own);
    printf("%s: %zd", when, size);
    for (ssize_t at = 0; at < size; ++at)
        if (at == 0 || text[at] != text[at - 1]) printf(" %zd%c", at, text[at] == 0 ? '0' : text[at]);
    printf("\n");
}
static void put(char letter, long offset, int size)
{
    char text[5000];
    memset(text, letter, sizeof text);
    if (pwrite(fd, text, size, offset) != size) perror("pwrite");
}
static void sync_it(void) { printf("fsync %d\n", fsync(fd)); }
int main(void)
{
    fd = open("f", O_RDWR); // "oooooo", as it was before the run
    char* const memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    put('a', 0, 2);
    sync_it();
    put('b', 1, 2);
    memory[4] = 'm';
    put('c', 4096, 5000);
    sync_it(); // fails
    show("reverted");
    sync_it(); // has nothing to write
    put('d', 5, 1);
    const int last = open("f", O_WRONLY | O_APPEND | O_DSYNC);
    write(last, "e", 1);
    put('g', 9000, 1);
    printf("fsync %d\n", fsync(last)); // fails
    show("reverted");
    truncate("f", 3);
    put('h', 0, 3);
    sync_it(); // fails
    show("reverted");
    sync_it(); // the size that was set is no data
    printf("other %d\n", fsync(open("../other", O_RDWR | O_CREAT, 0600))); // the recorder does not know it
    puts("ACK all");
    return 0;
}
C
mkdir d && cd d
printf oooooo >f
# shellcheck disable=SC2016 # for the shell that it runs
faultline powerloss -q -o ../o --model unsynced-data,ext4,posix --check 'test ! -s "$FAULT_ACKED" || test "$(cat f)" = aao || exit 10' -- \
    "$FAULTLINE" run -q --report -o ../r.json -f 'fsync: errno=EIO,after_failure=revert,on="2,4,5,7"' -- ../store
expect 0
says out '0 findings'
sed -i '/^0 findings/d' out
is out 'fsync 0
fsync -1
reverted: 9096 0a 2o 60
fsync 0
fsync -1
reverted: 9097 0a 2o 60 9096e
fsync -1
reverted: 3 0a 2o
fsync 0
other -1
ACK all'
[ "$(cat f)" = aao ] || fail "f: $(cat f)"
[ "$(grep -c '"reverted": false' ../r.json)" = 1 ] || fail "$(cat ../r.json)"
program close_after <<'C' || fail "cc: $(cat close_after.log)"
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
    const int fd = open("f", O_WRONLY | O_TRUNC);
    write(fd, "gone", 4);
    fsync(fd); // fails
    pwrite(fd, "brought by close", 16, 0);
    close(fd);
    fsync(open("g", O_WRONLY | O_CREAT, 0600));
    write(1, "ACK closed\n", 11);
    return 0;
}
C
# What the recorder opens and closes itself is no close of the program's, after which ext4 would bring the file to the disk.
# shellcheck disable=SC2016
faultline powerloss -q -o ../o --model ext4 --check 'test ! -s "$FAULT_ACKED" || test "$(cat f)" = "brought by close" || exit 10' -- \
    "$FAULTLINE" run -q -f 'fsync: errno=EIO,after_failure=revert,on=1' -- ./close_after
expect 0
