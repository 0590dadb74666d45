# Type hold through the kernel's door: a call waits for a file while the calls of others go on, with one event; a limit ends
# it; a caller that is killed while it is held leaves nothing. Relative names are those of the caller's directory.
. "${0%/*}/lib.sh"
program work -pthread <<'END' || fail "$(cat work.log)"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static atomic_int is_over;
static void* write_held(void* unused)
{
    const int fd = open("held", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    printf("held %zd\n", write(fd, "x", 1));
    is_over = 1;
    return unused;
}
int main(int count, char** words)
{
    (void)count;
    if (chdir("below") != 0) return 1;
    unlink("go");
    if (!strcmp(words[1], "killed")) {
        for (int i = 0; i < 20; ++i) {
            int ends[2];
            char byte;
            if (pipe(ends) != 0) return 1;
            const pid_t child = fork();
            if (child == 0) {
                close(ends[0]);
                const int fd = open("held", O_WRONLY | O_CREAT | O_TRUNC, 0644);
                dup2(ends[1], fd + 10); /* inherited by nobody: its end is the child's end */
                _exit((int)write(fd, "x", 1));
            }
            close(ends[1]);
            char path[64], call[3] = "";
            sprintf(path, "/proc/%d/syscall", child);
            while (strcmp(call, "1 ") != 0) { /* it is in its write */
                const int file = open(path, O_RDONLY);
                (void)!read(file, call, 2);
                close(file);
            }
            kill(child, SIGKILL);
            waitpid(child, 0, 0);
            if (read(ends[0], &byte, 1) != 0) return 1;
            close(ends[0]);
        }
        puts("all ended");
        return 0;
    }
    pthread_t thread;
    pthread_create(&thread, 0, write_held, 0);
    const int other = open("other", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int failed = 0;
    for (int i = 0; i < 200; ++i) /* struck too, by the same supervisor */
        failed += write(other, "x", 1) < 0;
    if (!strcmp(words[1], "released")) {
        printf("failed %d, over %d\n", failed, is_over);
        fflush(stdout);
        close(open("go", O_WRONLY | O_CREAT, 0644));
    }
    pthread_join(thread, 0);
    return 0;
}
END
mkdir below
held='write:hold,file=go,path=**/held'
for door in preload kernel; do
    faultline run --door $door -q -o $door.json -f "$held" -f 'write:errno=EIO,path=**/other,on=101..' -- ./work released
    expect 0
    is out 'failed 100, over 0
held 1'
    holds $door.json '[len([e for p in d["processes"] for e in p["events"] if e["fault"] == "write-hold"]),
        d["faults"]["write-hold"]["triggered"], d["faults"]["write-errno"]["triggered"]] == [1, 1, 100]'
done
faultline run --door kernel -q -o limited.json -f "$held,delay=20ms" -- ./work limited
expect 0
is out 'held 1'
holds limited.json '[e["delay"] >= 0.02 for p in d["processes"] for e in p["events"]] == [True]'
faultline run --door kernel -q -f "$held" -- ./work killed
expect 0
is out 'all ended'
left_nothing
