# What a call through the kernel's door costs the supervisor, in system calls, which are the most of it: two where it is judged
# and passes, its reading and its answer; two more where it is struck, for its stack.
. "${0%/*}/lib.sh"
command -v strace >/dev/null || skip 'there is no strace'
program calls <<'END' || fail "$(cat calls.log)"
#include <stdlib.h>
#include <unistd.h>
int main(int count, char** words)
{
    (void)count;
    for (int left = atoi(words[1]); left > 0; --left)
        getpgid(0);
    return 0;
}
END
# supervisor FAULT CALLS: what its supervisor calls, a line each; but for what the alarm adds that wakes it ten times a second.
supervisor() {
    strace -f -qq -o trace "$FAULTLINE" run -q --door kernel -f "$1" -- ./calls "$2" 2>err || fail "strace: $?"
    python3 - <<'END'
import re
lines = [line.split(None, 1) for line in open("trace")]
own = next(pid for pid, rest in lines if "SECCOMP_IOCTL_NOTIF_RECV" in rest)
alarm = set() # what it adds
for pid, rest in lines:
    if pid != own or rest.startswith("<..."):
        continue
    if rest.startswith("--- SIGALRM"):
        alarm = {"epoll_wait", "SECCOMP_IOCTL_NOTIF_RECV"}
        continue
    name = re.search("SECCOMP_IOCTL_NOTIF_[A-Z]*|$", rest)[0] or re.match(r"\w*", rest)[0]
    if name not in alarm and name != "rt_sigreturn":
        print(name)
    alarm.discard(name)
END
}
# each FAULT NAME…: of a thousand calls, each costs one of each name, and next to nothing else (the record grows now and then).
each() {
    fault=$1
    shift
    supervisor "$fault" 0 | sort | uniq -c >none
    supervisor "$fault" 1000 | sort | uniq -c >many
    python3 - "$@" <<'END' || fail "$fault: $(cat many)"
import sys
def counts(path):
    return {name: int(number) for number, name in map(str.split, open(path))}
none, many = counts("none"), counts("many")
cost = {name: (many[name] - none.get(name, 0)) / 1000 for name in many}
dear = sorted(name for name in cost if cost[name] > 0.1)
sys.exit(0 if dear == sorted(sys.argv[1:]) and all(0.9 < cost[name] < 1.1 for name in dear) else f"{cost}")
END
}
each getpgid:errno=EPERM,on=1000000000 SECCOMP_IOCTL_NOTIF_RECV SECCOMP_IOCTL_NOTIF_SEND
each getpgid:errno=EPERM SECCOMP_IOCTL_NOTIF_RECV SECCOMP_IOCTL_NOTIF_SEND pread64 process_vm_readv
left_nothing
