# A thread of which the kernel tells nothing when the supervisor looks it up. One that was killed after its call had been
# received: nothing is made up of it, the run stays valid, and those that come after it meet the faults that they would have
# met. One that lives and cannot be looked into: what the plan selects by is not known, so the run is void.
. "${0%/*}/lib.sh"
program ask <<'END' || fail "$(cat ask.log)"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((noinline)) static void ask(const char* who)
{
    const int got = getpgid(0);
    printf("%s %s\n", who, got < 0 ? strerrorname_np(errno) : "-");
    fflush(stdout);
}
int main(int count, char** words)
{
    char byte;
    if (count > 2) prctl(PR_SET_DUMPABLE, 0); /* from here on others of this user are told nothing */
    else (void)!read(0, &byte, 1);
    for (int child = 1; child <= 2; ++child) {
        int status = 0;
        if (fork() == 0) {
            for (int i = 0; i < atoi(words[1]); ++i)
                ask("child");
            _exit(0);
        }
        wait(&status);
        printf("%d ended with %d\n", child, status);
        fflush(stdout);
    }
    ask("parent");
    return 0;
}
END
# Runs a command, and kills the process that makes the NTH call of getpgid, between the moment at which the supervisor has
# received it and the next thing that the supervisor does.
program kill_at <<'END' || fail "$(cat kill_at.log)"
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
static pid_t supervisor_of(pid_t run)
{
    char path[64], name[32];
    for (;;) { /* it may not be there yet */
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", run, run);
        FILE* const children = fopen(path, "r");
        for (int child; children != NULL && fscanf(children, "%d", &child) == 1;) {
            snprintf(path, sizeof path, "/proc/%d/comm", child);
            FILE* const comm = fopen(path, "r");
            if (comm == NULL || fgets(name, sizeof name, comm) == NULL) name[0] = 0;
            if (comm != NULL) fclose(comm);
            if (strcmp(name, "faultline-door\n") == 0) return child;
        }
        if (children == NULL) exit(99);
        fclose(children);
    }
}
int main(int count, char** words)
{
    (void)count;
    int gate[2], status = 0, left = atoi(words[1]);
    if (pipe(gate) != 0) return 99;
    const pid_t run = fork();
    if (run == 0) {
        dup2(gate[0], 0);
        execv(words[2], words + 2);
        _exit(99);
    }
    const pid_t supervisor = supervisor_of(run);
    if (ptrace(PTRACE_SEIZE, supervisor, 0, PTRACE_O_TRACESYSGOOD) != 0 || ptrace(PTRACE_INTERRUPT, supervisor, 0, 0) != 0)
        return 98;
    unsigned long into = 0;
    for (int go = 0; left > 0;) {
        if (waitpid(supervisor, &status, 0) != supervisor || !WIFSTOPPED(status)) return 97;
        const int signal = WSTOPSIG(status);
        struct __ptrace_syscall_info call = {0};
        if (signal == (SIGTRAP | 0x80)) ptrace(PTRACE_GET_SYSCALL_INFO, supervisor, sizeof call, &call);
        if (call.op == PTRACE_SYSCALL_INFO_ENTRY)
            into = call.entry.nr == SYS_ioctl && call.entry.args[1] == SECCOMP_IOCTL_NOTIF_RECV ? call.entry.args[2] : 0;
        if (call.op == PTRACE_SYSCALL_INFO_EXIT && into != 0 && !call.exit.is_error) {
            struct seccomp_notif asked;
            const struct iovec own = {&asked, sizeof asked}, its = {(void*)into, sizeof asked};
            if (process_vm_readv(supervisor, &own, 1, &its, 1, 0) != sizeof asked) return 96;
            if (asked.data.nr == SYS_getpgid && --left == 0) {
                kill((pid_t)asked.pid, SIGKILL);
                while (kill((pid_t)asked.pid, 0) == 0) /* until its parent has it */
                    usleep(1000);
            }
        }
        const int pass = signal == (SIGTRAP | 0x80) || status >> 16 != 0 ? 0 : signal;
        ptrace(left > 0 ? PTRACE_SYSCALL : PTRACE_DETACH, supervisor, 0, pass);
        if (go++ == 0 && write(gate[1], "g", 1) != 1) return 95; /* from here on each call of the supervisor is seen */
    }
    waitpid(run, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 94;
}
END
# killed NTH FAULT CALLS: the program's children make so many calls each, and of all calls the NTH one is its caller's last.
killed() {
    status=0
    ./kill_at "$1" "$FAULTLINE" run -q --door kernel -o report.json -f "$2" -- ./ask "$3" >out 2>err || status=$?
    expect 0
    is err ''
}
lineages='{p["process"]["lineage"]: p for p in d["processes"]}'

# Of its first call: it is not known yet where it belongs, and there is nothing to ask.
killed 1 getpgid:errno=EPERM 1
is out '1 ended with 9
child EPERM
2 ended with 0
parent EPERM'
holds report.json "sorted($lineages) == ['0', '0.2']" 'd["faults"]["getpgid-errno"]["triggered"] == 2'

# Of its second: the call is judged, and its event has no place in the code.
killed 2 getpgid:errno=EPERM 2
is out 'child EPERM
1 ended with 9
child EPERM
child EPERM
2 ended with 0
parent EPERM'
holds report.json "sorted($lineages) == ['0', '0.1', '0.2']" \
    "['site' in e for e in $lineages['0.1']['events']] == [True, False]" \
    "['site' in e for e in $lineages['0.2']['events']] == [True, True]"

# The same where the plan asks for the caller: a dead one is no reason to give the run up.
killed 2 'getpgid:errno=EPERM,caller=ask!ask' 2
holds report.json "len($lineages['0.1']['events']) == 1" 'd["faults"]["getpgid-errno"]["triggered"] == 4'

left_nothing
needs_nobody
as_nobody run -q --door kernel -f 'write:errno=EIO,path=/nowhere' -- ./ask 1
expect 0
as_nobody run -q --door kernel -f 'write:errno=EIO,path=/nowhere' -- ./ask 1 undumpable
expect 125
says err 'the kernel does not let the supervisor look into process'
left_nothing
