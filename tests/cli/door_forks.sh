# Processes by the hundred under a plan, in the night ten thousand (FORKS): each one's call is struck and counted.
. "${0%/*}/lib.sh"
number=${FORKS:-500}
cat >main.c <<'END'
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    int good = 0;
    for (int i = 0; i < FORKS; ++i) {
        int status = 0;
        const pid_t child = i % 2 == 0 ? vfork() : fork();
        if (child == 0) _exit(syscall(SYS_getpgid, 0) < 0 ? i % 251 : 255);
        waitpid(child, &status, 0);
        good += WIFEXITED(status) && WEXITSTATUS(status) == i % 251;
    }
    printf("%d\n", good);
    return 0;
}
END
program forks -static -DFORKS="$number" <main.c || program forks -DFORKS="$number" <main.c || fail "$(cat forks.log)"
faultline run -q --door kernel -o report.json -f 'getpgid:errno=EPERM' -- ./forks
expect 0
is out "$number"
holds report.json "d['faults']['getpgid-errno']['triggered'] == $number"
left_nothing
