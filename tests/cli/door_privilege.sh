# The kernel's door without privileges, where programs that have some lose them; inside another one, where the kernel
# refuses a second listener.
. "${0%/*}/lib.sh"
faultline run --door kernel -q -f 'write:errno=EIO,fd=99' -- "$FAULTLINE" run --door kernel -f 'write:errno=EIO' -- /bin/true
expect 125
says err 'there is a seccomp filter with a listener over this process already'
left_nothing

# Containers forbid kcmp to those who may not trace.
program without_kcmp <<'END' || fail "$(cat without_kcmp.log)"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char** words)
{
    struct sock_filter rows[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kcmp, 0, 1),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {sizeof rows / sizeof *rows, rows};
    if (count < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
        return 99;
    execv(words[1], words + 1);
    return 98;
}
END
program spawns <<'END' || fail "$(cat spawns.log)"
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    char* words[] = {"sync", ".", 0};
    char* none[] = {0};
    for (int i = 0; i < 2; ++i)
        if (posix_spawn(&(pid_t){0}, "/usr/bin/sync", 0, 0, words, none) != 0) return 2;
    while (wait(0) > 0) {
    }
    return fsync(99) == 0;
}
END
for way in env ./without_kcmp; do
    status=0
    "$(command -v "$way")" "$FAULTLINE" run --door kernel -q -o "${way##*/}.json" -f 'fsync:EIO' -- ./spawns >out 2>err || status=$?
    expect 0
    holds "${way##*/}.json" "sorted((e['thread'], p['process']['program']) for p in d['processes'] for e in p['events']) == [('0', 'spawns'), ('0.1', 'sync'), ('0.2', 'sync')]"
done
left_nothing
needs_nobody
echo hello >file
as_nobody run --door kernel -q -f 'openat,open:errno=EMFILE,path=**/file' -- /bin/cat file
expect 1
says err 'Too many open files'
[ ! -u /bin/su ] || {
    as_nobody run --door kernel -f 'open:errno=EMFILE,path=/nowhere' -- /bin/su -c true
    says err 'runs without the privileges that its file gives it (no_new_privs)'
}
left_nothing
