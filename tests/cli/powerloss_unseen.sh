# What is written past system calls that say what they write, by io_uring and by asynchronous I/O, is not in a recording: of such
# a run there is no verdict, and the reason is told, although all of it was synced.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
program past <<'END' || fail "$(cat past.log)"
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
static int file;
static char bytes[] = "new\n";
static int by_ring(void)
{
    struct io_uring_params how = {0};
    const int ring = (int)syscall(SYS_io_uring_setup, 4, &how);
    if (ring < 0) return errno == EPERM || errno == ENOSYS ? 77 : 1;
    char* const places = mmap(0, how.sq_off.array + how.sq_entries * sizeof(unsigned), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQ_RING);
    struct io_uring_sqe* const work = mmap(0, how.sq_entries * sizeof *work, PROT_READ | PROT_WRITE,
                                           MAP_SHARED | MAP_POPULATE, ring, IORING_OFF_SQES);
    if (places == MAP_FAILED || work == MAP_FAILED) return 2;
    unsigned* const tail = (unsigned*)(places + how.sq_off.tail);
    memset(&work[0], 0, sizeof work[0]);
    work[0].opcode = IORING_OP_WRITE;
    work[0].fd = file;
    work[0].addr = (unsigned long)bytes;
    work[0].len = 4;
    ((unsigned*)(places + how.sq_off.array))[0] = 0;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    return syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, 0, 0) == 1 ? 0 : 3;
}
static int by_aio(void)
{
    aio_context_t context = 0;
    struct iocb block = {0}, *list[] = {&block};
    struct io_event done;
    if (syscall(SYS_io_setup, 1, &context) != 0) return 77;
    block.aio_lio_opcode = IOCB_CMD_PWRITE;
    block.aio_fildes = (unsigned)file;
    block.aio_buf = (unsigned long)bytes;
    block.aio_nbytes = 4;
    return syscall(SYS_io_submit, context, 1L, list) == 1 && syscall(SYS_io_getevents, context, 1L, 1L, &done, 0) == 1 ? 0 : 4;
}
int main(int count, char** words)
{
    (void)count;
    file = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (write(file, bytes, 4) != 4) return 6; /* so that the file is in the end what the recording makes of it */
    const int status = strcmp(words[1], "ring") == 0 ? by_ring() : by_aio();
    if (status != 0) return status;
    char now[4];
    if (pread(file, now, 4, 0) != 4 || memcmp(now, bytes, 4) != 0) return 5;
    return fsync(file) != 0 || fsync(open(".", O_RDONLY)) != 0;
}
END
# without_verdict WAY REASON: although the check is content with everything.
without_verdict() {
    mkdir root
    cd root
    status=0
    ../past "$1" || status=$?
    if [ "$status" = 77 ]; then
        echo "$1: the kernel allows none here"
    else
        expect 0
        rm f
        faultline powerloss -q -o ../o --check true -- ../past "$1"
        expect 124
        says out "not-measured           $2"
        says_not out findings
        holds ../o/powerloss.json "[each.split(':')[0] for each in d['not_measured']] == ['${2%%:*}']"
        faultline report ../o
        expect 125
        says err 'has no verdict: not measured'
    fi
    cd ..
    rm -rf root o
}
without_verdict ring 'all files: io_uring_setup was called: what is done by it is not seen'
without_verdict aio "$PWD/root/f: it was written by asynchronous I/O (io_submit)"
left_nothing
