# P26: valgrind beside us. It finds nothing wrong in what we do inside of the program, and faults strike as ever; malloc is
# valgrind's own there.
. "${0%/*}/../cli/lib.sh"
command -v valgrind >/dev/null || skip 'there is no valgrind'
program host -g -pthread <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void* work(void* unused)
{
    char text[8];
    const int fd = open("data", O_RDONLY);
    if (read(fd, text, 8) != 8 || memcmp(text, "abcdefgh", 8) == 0) _exit(3); // damaged
    close(fd);
    return fsync(1) == -1 && errno == EIO ? unused : "";
}
int main(void)
{
    pthread_t thread;
    void* result = "";
    const pid_t child = fork();
    if (child == 0) _exit(work(0) != 0);
    int status = 1;
    return waitpid(child, &status, 0) != child || status != 0 || pthread_create(&thread, 0, work, 0) != 0 ||
           pthread_join(thread, &result) != 0 || result != 0 || work(0) != 0;
}
END2
printf abcdefgh >data
printf '[[fault]]\nname = "f"\nfunctions = "fsync"\ntype = "errno"\nerrno = "EIO"\n[[fault]]\nname = "d"
functions = "read"\npath = "**/data"\ntype = "corruption"\nbytes = 1\n' >plan.toml
status=0
FAULT_CONFIG=plan.toml FAULT_STATS='s.%p.json' LD_PRELOAD=$LIB valgrind -q --error-exitcode=99 ./host >out 2>err || status=$?
expect 0
is err ''
[ "$(cat s.*.json | grep -c '"type": "corruption", "target"')" = 3 ] || fail "not three reads were damaged: $(cat s.*.json)"
