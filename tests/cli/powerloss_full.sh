# The disk of the recording becomes full: the program goes on and does all that it would have done, nothing twice, and the
# command says which disk it is, and what to do. Whether the bytes come by write, from another file, or by a mapping.
. "${0%/*}/lib.sh"
program fill <<'END' || fail "$(cat fill.log)"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static unsigned numbers[1 << 20]; /* 4 MiB */
int main(int count, char** words)
{
    (void)count;
    const char* const way = words[1];
    const int fd = open("big", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (unsigned i = 0; i < 1 << 20; ++i)
        numbers[i] = i;
    if (strcmp(way, "write") == 0) {
        for (int at = 0; at < 1 << 20; at += 1 << 14)
            if (write(fd, numbers + at, 1 << 16) != 1 << 16) return 1;
    } else if (strcmp(way, "copy") == 0) {
        const int from = open("../numbers", O_RDONLY);
        if (copy_file_range(from, 0, fd, 0, sizeof numbers, 0) != sizeof numbers) return 1;
    } else {
        if (ftruncate(fd, sizeof numbers) != 0) return 1;
        void* const memory = mmap(0, sizeof numbers, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        memcpy(memory, numbers, sizeof numbers);
        if (msync(memory, sizeof numbers, MS_SYNC) != 0) return 1;
    }
    puts("all of it");
    return 3;
}
END
if [ "${1:-}" != inside ]; then
    unshare -m true 2>/dev/null || skip 'this needs a file system of its own (root, mount)'
    status=0
    unshare -m sh "$0" inside || status=$?
    exit $status
fi
mkdir root disk
mount -t tmpfs -o size=1m none disk || skip 'this needs a file system of its own (tmpfs)'
(cd root && ../fill write) >out || [ $? = 3 ] || fail 'the program by itself'
mv root/big numbers
for way in write copy map; do
    faultline powerloss -o disk/o --root root --check true -- sh -c "cd root && ../fill $way"
    expect 125
    says err "disk/o/recording"
    says err 'No space left on device (what a program writes is written here once more; -o names a directory elsewhere)'
    says err 'from then on everything passed, and the run is void'
    grep -qx 'all of it' out || fail 'the program does not end'
    cmp root/big numbers
    rm -rf disk/o root/big
done
umount disk
left_nothing
