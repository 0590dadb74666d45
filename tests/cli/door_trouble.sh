# No program is left blocked by the kernel's door, and nothing is done twice: the supervisor is killed at different moments,
# targets are killed while their calls are held, children come by the hundred, threads execute programs.
. "${0%/*}/lib.sh"
program work -pthread <<'END' || fail "$(cat work.log)"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
static char** words;
static void* append(void* unused)
{
    const int fd = open("data", O_RDWR | O_CREAT | O_APPEND, 0644);
    for (int i = 0; i < 3000; ++i)
        if (write(fd, "0123456789", 10) != 10) i = 3000;
    close(fd);
    return unused;
}
static void* execute(void* unused)
{
    execl("/bin/echo", "echo", "from a thread", (char*)0);
    return unused;
}
static void handle(int signal) { (void)signal; }
int main(int count, char** given)
{
    words = given;
    const char* const what = count > 1 ? words[1] : "";
    pthread_t threads[4];
    if (!strcmp(what, "append")) {
        unlink("data");
        for (int i = 0; i < 4; ++i)
            pthread_create(&threads[i], 0, append, 0);
        for (int i = 0; i < 4; ++i)
            pthread_join(threads[i], 0);
        printf("%ld\n", (long)lseek(open("data", O_RDONLY), 0, SEEK_END));
    } else if (!strcmp(what, "forks")) {
        int good = 0;
        for (int i = 0; i < 300; ++i) {
            int status = 0;
            const pid_t child = i % 3 == 0 ? vfork() : fork();
            if (child == 0) _exit(i % 7);
            waitpid(child, &status, 0);
            good += WEXITSTATUS(status) == i % 7;
        }
        printf("%d\n", good);
    } else if (!strcmp(what, "thread")) {
        pthread_create(&threads[0], 0, execute, 0);
        pause();
    } else if (!strcmp(what, "killed")) { // a child whose call is held is killed, again and again
        for (int i = 0; i < 20; ++i) {
            const pid_t child = fork();
            if (child == 0) _exit((int)write(9, "x", 1));
            usleep(5000);
            kill(child, SIGKILL);
            waitpid(child, 0, 0);
        }
        puts("all ended");
    } else if (!strcmp(what, "storm")) { // signals by the thousand, while writes are performed: each byte once
        struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
        sigaction(SIGUSR1, &action, 0);
        const pid_t self = getpid();
        const pid_t storm = fork();
        if (storm == 0)
            for (;;)
                kill(self, SIGUSR1);
        long all = 0;
        const int fd = open("data", O_WRONLY | O_CREAT | O_TRUNC, 0644);
        for (int i = 0; i < 2000; ++i) {
            const long n = write(fd, "0123456789", 10);
            all += n > 0 ? n : 0;
        }
        kill(storm, SIGKILL);
        waitpid(storm, 0, 0);
        printf("%d\n", all == lseek(fd, 0, SEEK_END) && all == 20000);
    } else if (!strcmp(what, "unmapped")) { // memory that is gone or not ours: the kernel's own errors
        char* const page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        const int fd = open("data", O_RDWR | O_CREAT | O_TRUNC, 0644);
        munmap(page + 4096, 4096);
        printf("%ld %d %ld\n", (long)write(fd, page + 4096, 10), open(page + 4096, O_RDONLY), (long)write(fd, page, 4096));
    }
    return 0;
}
END
for pause in 0 0.02 0.1 0.3; do
    mkfifo gate
    # The supervisor of this run alone: the parent's child of that name.
    (
        read -r run <gate
        sleep "$pause"
        killed=
        while [ -z "$killed" ]; do # it may not be there yet
            # shellcheck disable=SC2013 # words are wanted
            for child in $(cat "/proc/$run/task/$run/children"); do
                [ "$(cat "/proc/$child/comm")" != faultline-door ] || { kill -9 "$child" && killed=yes; }
            done
        done
    ) &
    status=0
    sh -c 'echo $$ >gate; exec "$@"' sh "$FAULTLINE" run -q --door kernel -f 'write:delay=1ms,probability=0.3' -- ./work append \
        >out 2>err </dev/null || status=$?
    wait
    rm gate
    expect 125
    says err "the supervisor of the kernel's door was killed; from then on everything passed, and the run is void"
    is out 120000
done
faultline run -q --door kernel -f 'write:errno=EIO,fd=9' -- ./work forks
expect 0
is out 300
faultline run --door kernel -f 'write:errno=EIO,fd=9' -- ./work thread
expect 0
is out 'from a thread'
faultline run -q --door kernel -f 'write:hang,fd=9' -- ./work killed
expect 0
is out 'all ended'
faultline run -q --door kernel -f 'write:corruption,mode=increment,bytes=1,path=**/data' -- ./work storm
expect 0
is out 1
faultline run -q --door kernel -f 'write:short,bytes=100,path=**/data' -f 'open:errno=EIO,path=/nowhere' -- ./work unmapped
expect 0
is out '-1 -1 100'
left_nothing
