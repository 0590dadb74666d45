# A file of 1 TiB that is nearly all holes is compared, laid out and checked as any other one; the holes stay holes.
. "${0%/*}/lib.sh"
needs_namespaces
mkdir disk
cd disk
truncate -s 1T kept
printf x >changed
program ../writes <<'END' || fail "$(cat ../writes.log)"
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
    const int fd = open("changed", O_WRONLY);
    return ftruncate(fd, 1LL << 40) != 0 || pwrite(fd, "far", 3, 500LL << 30) != 3 || fsync(fd) != 0;
}
END
# What the check sees of it, in blocks too.
check='test "$(head -c 1 changed)" = x && test "$(stat -c %s kept)" = 1099511627776 && test "$(stat -c %b changed)" -le 64 &&
if test -s "$FAULT_ACKED"; then test "$(dd if=changed bs=1 skip=500G count=3 status=none)" = far; fi'
faultline powerloss -q --ack-exit --check "$check" -o ../found -- ../writes
expect 0
says out '0 findings in'
# A byte that no recording has is seen, far out as well.
printf y | dd of=changed bs=1 seek=900G conv=notrunc status=none
faultline powerloss -q --check "$check" -o ../other check ../found/recording
expect 124
says out 'changed: its page at 966367641600 is not as in the recording'
