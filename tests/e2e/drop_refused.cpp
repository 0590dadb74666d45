#include "host.hpp"

#include <aio.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>

// Every call here fails without a fault; under one that would lose it, it has to fail in the same way.
int main()
{
    signal(SIGPIPE, SIG_IGN);
    char bytes[16] = {};
    char* const nowhere = (char*)mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pipes[2];
    int pair[2];
    IS(pipe(pipes), 0);
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    const int file = open("file", O_RDWR | O_CREAT, 0600);
    const int read_only = open("file", O_RDONLY);
    const int directory = open(".", O_RDONLY);
    const int path_only = open("file", O_PATH);

    GIVES(fsync(42), -1, EBADF);
    GIVES(fsync(pipes[0]), -1, EINVAL);
    GIVES(fdatasync(pair[0]), -1, EINVAL);
    GIVES(fsync(path_only), -1, EBADF);
    GIVES(syncfs(42), -1, EBADF);
    GIVES(sync_file_range(file, 0, 1, 64), -1, EINVAL);
    GIVES(sync_file_range(pipes[0], 0, 1, SYNC_FILE_RANGE_WRITE), -1, ESPIPE);
    GIVES(msync(bytes, 1, MS_SYNC), -1, EINVAL);
    char* const gone = (char*)mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(gone, 4096);
    GIVES(msync(gone, 4096, MS_SYNC), -1, ENOMEM);
    GIVES(msync(gone, 4096, MS_SYNC | MS_ASYNC), -1, EINVAL);

    GIVES(write(42, bytes, 4), -1, EBADF);
    GIVES(write(read_only, bytes, 4), -1, EBADF);
    GIVES(write(directory, bytes, 4), -1, EBADF);
    GIVES(write(path_only, bytes, 4), -1, EBADF);
    GIVES(write(file, nowhere, 4), -1, EFAULT);
    GIVES(write(file, (void*)8, 4), -1, EFAULT);
    iovec bad[1] = {{nowhere, 4}};
    iovec good[1] = {{bytes, 4}};
    GIVES(writev(file, bad, 1), -1, EFAULT);
    GIVES(writev(file, (iovec*)nowhere, 1), -1, EFAULT);
    GIVES(writev(file, (iovec*)8, 1), -1, EFAULT);
    GIVES(writev(file, good, 5000), -1, EINVAL);
    GIVES(pwrite(pipes[1], bytes, 4, 0), -1, ESPIPE);
    GIVES(pwrite(file, bytes, 4, -1), -1, EINVAL);
    GIVES(pwritev(pipes[1], good, 1, 0), -1, ESPIPE);
    GIVES(pwritev2(pipes[0], good, 1, -1, 0), -1, EBADF);

    int full[2];
    IS(pipe2(full, O_NONBLOCK), 0);
    while (raw(SYS_write, full[1], bytes, 16) == 16) {
    }
    GIVES(write(full[1], bytes, 4), -1, EAGAIN);
    close(full[0]);
    GIVES(write(full[1], bytes, 4), -1, EPIPE);

    GIVES(send(file, bytes, 4, 0), -1, ENOTSOCK);
    const int unconnected = socket(AF_INET, SOCK_STREAM, 0);
    GIVES(send(unconnected, bytes, 4, MSG_NOSIGNAL), -1, EPIPE);
    GIVES(write(unconnected, bytes, 4), -1, EPIPE);
    const int datagrams = socket(AF_INET, SOCK_DGRAM, 0);
    GIVES(send(datagrams, bytes, 4, 0), -1, EDESTADDRREQ);
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(9);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    static char large[100000];
    GIVES(sendto(datagrams, large, sizeof large, 0, (sockaddr*)&there, sizeof there), -1, EMSGSIZE);
    GIVES(sendto(datagrams, bytes, 4, 0, (sockaddr*)nowhere, sizeof there), -1, EFAULT);
    msghdr message{};
    message.msg_iov = bad;
    message.msg_iovlen = 1;
    GIVES(sendmsg(pair[0], &message, 0), -1, EFAULT);
    GIVES(sendmsg(pair[0], (msghdr*)8, 0), -1, EFAULT);
    GIVES(sendmmsg(42, nullptr, 0, 0), -1, EBADF);
    IS(shutdown(pair[0], SHUT_WR), 0);
    GIVES(send(pair[0], bytes, 4, MSG_NOSIGNAL), -1, EPIPE);
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    close(pair[1]);
    GIVES(send(pair[0], bytes, 4, MSG_NOSIGNAL), -1, EPIPE);

    FILE* const reading = fopen("file", "r");
    GIVES(fputs("lost", reading), EOF, EBADF);
    GIVES(fwrite(bytes, 1, 4, reading), 0, EBADF);
    GIVES(putc('x', reading), EOF, EBADF);
    FILE* const writing = fopen("file", "r+");
    IS(fprintf(writing, "kept"), 4); // what printf writes cannot be lost
    close(fileno(writing));
    GIVES(fflush(writing), EOF, EBADF);

    GIVES(mq_send((mqd_t)file, bytes, 4, 0), -1, EBADF);
    aiocb block{};
    block.aio_fildes = 42;
    GIVES(aio_fsync(O_SYNC, &block), -1, EBADF);
    GIVES(setxattr("missing", "user.x", bytes, 4, 0), -1, ENOENT);
    GIVES(fsetxattr(42, "user.x", bytes, 4, 0), -1, EBADF);
    return 0;
}
