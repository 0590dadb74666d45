#include "host.hpp"

#include <arpa/inet.h>
#include <pty.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int kinds(int fd)
{
    // Each of these is struck on one kind alone, and changes nothing: among what is asked about is /dev/null itself.
    struct {
        int (*call)(int);
        int kind;
    } const calls[] = {{[](int fd) { return fsync(fd); }, 1},
                       {[](int fd) { return fdatasync(fd); }, 2},
                       {[](int fd) {
                            struct stat status;
                            return fstat(fd, &status);
                        },
                        4},
                       {[](int fd) { return (int)lseek(fd, 0, SEEK_CUR); }, 8},
                       {[](int fd) { return (int)read(fd, nullptr, 0); }, 16},
                       {[](int fd) { return (int)write(fd, nullptr, 0); }, 32}};
    int found = 0;
    for (const auto& each : calls) {
        errno = 0;
        if (each.call(fd) == -1 && errno == ENOMEM) found |= each.kind;
    }
    return found;
}

// With an argument: what was executed, with these as descriptors 10 and 11.
int main(int count, char** arguments)
{
    if (count > 1) {
        IS(kinds(10), 1);
        IS(kinds(11), 4);
        return 0;
    }
    const int file = open("file", O_RDWR | O_CREAT, 0600);
    IS(kinds(file), 1);
    IS(kinds(open(".", O_RDONLY)), 2);
    int pair[2], pipe_ends[2], master, tty;
    IS(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    IS(kinds(pair[0]), 4);
    IS(pipe(pipe_ends), 0);
    IS(kinds(pipe_ends[1]), 8);
    IS(openpty(&master, &tty, nullptr, nullptr, nullptr), 0);
    IS(kinds(tty), 16);
    IS(kinds(open("/dev/null", O_RDWR)), 32);
    IS(kinds(eventfd(0, 0)), 32);
    // The number is another one's now.
    IS(close(file), 0);
    IS(dup2(pipe_ends[0], file), file);
    IS(kinds(file), 8);
    // Opened out of our sight, before anything was armed or by a system call of the host's own.
    IS(kinds((int)raw(SYS_socket, AF_UNIX, SOCK_STREAM, 0)), 4);
    IS(kinds(0), 32); // /dev/null, inherited
    // Passed over a socket, and under a number that was a file's.
    const int gone = open("file", O_RDONLY);
    IS(kinds(gone), 1);
    IS(close(gone), 0);
    char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {};
    iovec piece = {&byte, 1};
    msghdr message = {};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    *header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(header), &pipe_ends[0], sizeof(int));
    IS(sendmsg(pair[0], &message, 0), 1);
    IS(recvmsg(pair[1], &message, 0), 1);
    int passed = 0;
    memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof passed);
    IS(passed, gone);
    IS(kinds(passed), 8);
    // Accepted, and inherited over fork and exec.
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    IS(bind(listener, (sockaddr*)&address, size) == 0 && listen(listener, 1) == 0, true);
    IS(getsockname(listener, (sockaddr*)&address, &size), 0);
    IS(connect(socket(AF_INET, SOCK_STREAM, 0), (sockaddr*)&address, size), 0);
    const int accepted = accept(listener, nullptr, nullptr);
    IS(kinds(accepted), 4);
    IS(dup2(open("file", O_RDWR), 10), 10);
    IS(dup2(accepted, 11), 11);
    const pid_t child = fork();
    if (child == 0) execl("/proc/self/exe", arguments[0], "again", nullptr);
    REAP(child);
    IS(access("file", F_OK), 0);
    return 0;
}
