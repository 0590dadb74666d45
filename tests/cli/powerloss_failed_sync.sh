# What a sync should have written that failed is on no disk for certain: a later one writes it where the file system kept
# it as it was to be written, and with after_failure does not, unless it is written anew.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
program store <<'C' || fail "cc: $(cat store.log)"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
int main(int count, char** words)
{
    const int fd = open("f", O_WRONLY);
    pwrite(fd, "new", 3, 0);
    while (fsync(fd) != 0)
        if (count > 1 && strcmp(words[1], "anew") == 0) pwrite(fd, "new", 3, 0);
    write(1, "ACK stored\n", 11);
    return 0;
}
C
mkdir d && cd d
# shellcheck disable=SC2016 # for the shell that it runs
check='x=$(cat f); test "$x" = new || test ! -s "$FAULT_ACKED" || exit 10'
# searched FAULT WORD…: whether the promise is kept on all disks that ext4 and posix allow.
searched() {
    echo old >f
    fault=$1 && shift
    faultline powerloss -q -o ../o --model ext4,posix --check "$check" -- "$FAULTLINE" run -q -f "fsync: errno=EIO,on=1$fault" -- ../store "$@"
}
searched ''
expect 0
searched ,after_failure=keep
expect 1
says out 'lost: #1 pwrite64'
says out '[ext4, posix]'
says out 'that failed (#2), write it anew'
searched ,after_failure=keep anew
expect 0
searched ,after_failure=late # no program can know before the next sync
expect 1
