# What the tests of `faultline ctl` share: a program that makes one call at a time, as it is told, and says how it went.
. "${0%/*}/lib.sh"

# steps: compiles it. It reads letters: w writes a byte to the file `data`, p opens `data`, f has a forked child write, x has a
# child do so after exec, t asks for the time (ETIME: it is hours ahead), d sleeps until a moment of that time that is
# near, s shuts itself off from system calls. It answers each with a line.
steps() {
    program steps <<'END_OF_C' || fail "cc: $(cat steps.log)"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include "raw.h"
static void answer(int failed) // by no call that a fault could strike
{
    const char* text = failed ? strerrorname_np(failed) : "ok";
    char line[64];
    unsigned length = strlen(text);
    memcpy(line, text, length);
    line[length++] = '\n';
    raw_words(SYS_write, 1, (long)line, length, 0, 0, 0);
}
static int try_write(int fd) { return write(fd, "x", 1) < 0 ? errno : 0; }
int main(int count, char** words)
{
    int fd = open("data", O_CREAT | O_WRONLY, 0600);
    if (count > 1) return answer(try_write(fd)), 0;
    char what;
    while (raw_words(SYS_read, 0, (long)&what, 1, 0, 0, 0) > 0) {
        if (what == 'w') answer(try_write(fd));
        if (what == 'p') {
            int opened = open("data", O_RDONLY);
            answer(opened < 0 ? errno : 0);
            if (opened >= 0) close(opened);
        }
        if (what == 'f' || what == 'x') {
            pid_t child = fork();
            if (child == 0) {
                if (what == 'x') execl(words[0], words[0], "child", (char*)0);
                answer(try_write(fd));
                _exit(0);
            }
            while (waitpid(child, 0, 0) < 0) {}
        }
        if (what == 't') {
            struct timespec now, real;
            raw_words(SYS_clock_gettime, CLOCK_REALTIME, (long)&real, 0, 0, 0, 0);
            clock_gettime(CLOCK_REALTIME, &now);
            answer(now.tv_sec > real.tv_sec + 3600 ? ETIME : 0);
        }
        if (what == 'd') {
            struct timespec until;
            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_nsec += until.tv_nsec < 998000000 ? 1000000 : 0;
            alarm(20); // it would be hours
            answer(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, 0));
            alarm(0);
        }
        if (what == 's') {
            struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
            struct sock_fprog program = {1, all};
            prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            answer(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 ? errno : 0);
        }
    }
    return 0;
}
END_OF_C
}

# begin ARGUMENT…: starts it under 'faultline run --control ARGUMENT…'. Its pid is in $pid, its run's directory in $run.
begin() {
    rm -f to from
    mkfifo to from
    "$FAULTLINE" run --control "$@" --report -o report.json -- ./steps <to >from 2>said &
    job=$!
    exec 3>to 4<from
    step w ok # so that it is up
    until [ -s said ]; do sleep 0.01; done
    line=$(head -1 said)
    # shellcheck disable=SC2034 # for the tests
    run=${line##* }
    pid=${line#*ctl }
    pid=${pid%% *}
}

# step LETTER ANSWER: what it is told, and what it has to say to that.
step() {
    printf %s "$1" >&3
    read -r got <&4
    [ "$got" = "$2" ] || fail "'$1' came to $got instead of $2"
}

# ctl VERB…: a verb that succeeds.
ctl() {
    faultline ctl "$pid" "$@"
    [ "$status" = 0 ] || fail "ctl $*: exit status $status"
}

# refuses TEXT VERB…: a verb that says so and does nothing.
refuses() {
    text=$1
    shift
    faultline ctl "$@"
    expect 125
    says err "$text"
    [ "$(wc -l <err)" -eq 1 ] || fail "more than one line"
}

# end: the program ends, and the run with it.
end() {
    exec 3>&-
    status=0
    wait "$job" || status=$?
    exec 4<&-
    expect 0
}
