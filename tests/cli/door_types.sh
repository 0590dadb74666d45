# Each type of fault through the kernel's door: what the program sees, what is in the file, what the event tells.
. "${0%/*}/lib.sh"
program io <<'END' || fail "$(cat io.log)"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static void handle(int signal) { (void)signal; }
static void tell(const char* what, long result)
{
    printf("%s %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerrorname_np(errno) : "");
    fflush(stdout);
}
int main(int count, char** words)
{
    const char* const what = words[1];
    char bytes[4096];
    memset(bytes, 'a', sizeof bytes);
    const int fd = open("data", O_RDWR | O_CREAT | O_TRUNC, 0644);
    if (!strcmp(what, "file")) {
        struct iovec pieces[2] = {{bytes, 10}, {bytes + 10, 20}};
        tell("write", write(fd, bytes, sizeof bytes));
        tell("writev", writev(fd, pieces, 2));
        lseek(fd, 0, SEEK_SET);
        memset(bytes, 0, sizeof bytes);
        tell("read", read(fd, bytes, 100));
        tell("pread", pread(fd, bytes, 50, 1));
        tell("bad", write(fd, (void*)8, 10));
        tell("offset", lseek(fd, 0, SEEK_CUR));
        tell("fsync", fsync(fd));
        tell("size", lseek(fd, 0, SEEK_END));
    } else if (!strcmp(what, "pipe")) { // larger than the pipe: the writer waits, and so does the reader
        int ends[2];
        long all = 0, n;
        if (pipe(ends) != 0) return 1;
        if (fork() == 0) {
            char* const much = calloc(1, 200000);
            tell("wrote", write(ends[1], much, 200000));
            _exit(0);
        }
        close(ends[1]);
        while ((n = read(ends[0], bytes, sizeof bytes)) > 0)
            all += n;
        wait(0);
        tell("all", all);
    } else if (!strcmp(what, "signal")) { // ends a read that waits, or has it made again
        struct sigaction action = {.sa_handler = handle, .sa_flags = count > 2 ? SA_RESTART : 0};
        int ends[2];
        sigaction(SIGUSR1, &action, 0);
        if (pipe(ends) != 0) return 1;
        const pid_t child = fork();
        if (child == 0) { // again and again, for the first ones may come before the read
            for (int i = 0; count == 2 || i < 20; ++i) {
                usleep(20000);
                kill(getppid(), SIGUSR1);
            }
            _exit(write(ends[1], "x", 1) != 1);
        }
        tell("read", read(ends[0], bytes, 10));
        kill(child, SIGKILL);
        wait(0);
    } else if (!strcmp(what, "datagrams")) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) return 1;
        for (int i = 0; i < 3; ++i)
            (void)!send(ends[0], &"0123"[i], 1, 0);
        for (long n; (n = recv(ends[1], bytes, 10, MSG_DONTWAIT)) > 0;)
            tell("got", bytes[0] - '0');
    } else if (!strcmp(what, "poll")) {
        struct pollfd one = {.fd = 0, .revents = 77};
        tell("poll", poll(&one, 1, 10));
        tell("revents", one.revents);
    }
    return 0;
}
END
strike() { # FAULT WORD…: the fault is on the file, or on descriptors that are no terminal
    fault=$1
    shift
    faultline run -q --door kernel --seed 3 -o report.json -f "$fault" -- ./io "$@"
}
event() { holds report.json "$@"; }
E1='(lambda e: e)(sum([p["events"] for p in d["processes"]], []))'

strike 'write,writev,read,pread:short,bytes=7,path=**/data' file
expect 0
is out 'write 7
writev 7
read 7
pread 7
bad -1 EFAULT
offset 7
fsync 0
size 14'
event "[e['bytes'] for e in $E1[:4]] == [7, 7, 7, 7]"
strike 'write:corruption,mode=zero,bytes=5,path=**/data,on=1' file
expect 0
says out 'write 4096'
[ "$(tr -d 'a' <data | wc -c)" = 5 ] || fail 'not 5 bytes are damaged'
strike 'write,writev:drop,path=**/data' file
says out 'write 4096'
says out 'read 0'
[ ! -s data ] || fail 'a dropped write has written'
strike 'write:crash,moment=torn,path=**/data' file
expect 137
[ "$(wc -c <data)" = 2048 ] || fail 'not half of the write was done'
event "$E1[0]['moment'] == 'torn'" "$E1[0]['bytes'] == 2048"
strike 'fsync:crash,moment=after,signal=SIGABRT' file
expect 134
strike 'fsync:signal,signal=SIGUSR1' file
expect 138
strike 'fsync:returns=5' file
says out 'fsync 5'
strike 'write:delay=50ms,path=**/data' file
says out 'write 4096'
event "$E1[0]['delay'] == 0.05"
strike 'write,writev:errno=ENOSPC,budget=100B,path=**/data' file
says out 'write 100'
says out 'writev -1 ENOSPC'
strike 'read,write:short,bytes=3000,fd_kind=pipe' pipe
is out 'wrote 3000
all 3000'
strike 'read,write:corruption,bytes=1,fd_kind=pipe' pipe
is out 'wrote 200000
all 200000'
strike 'read:corruption,mode=zero,bytes=1,fd_kind=pipe' signal
is out 'read -1 EINTR'
event "len($E1) == 1"
strike 'read:corruption,mode=zero,bytes=1,fd_kind=pipe' signal restarted
is out 'read 1'
event "len($E1) == 1"
strike 'read:hang,fd_kind=pipe' signal
is out 'read -1 EINTR'
strike 'recv:drop,on=2' datagrams
is out 'got 0
got 2'
strike 'poll:timeout' poll
is out 'poll 0
revents 0'
left_nothing
