# A forked child that loses the way to its record before its first counted call: another user, another root, no descriptor,
# no file size, no address space, a namespace, a full disk, SIGKILL after it. It is struck by its own numbering, and its
# record is whole, under `faultline run` and without; where no room is left at all, that is said.
. "${0%/*}/../cli/lib.sh"
cp "$LIB" lib.so && chmod 755 . lib.so
program host <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static int lose(const char* how)
{
    const struct rlimit none = {0, 0};
    if (strcmp(how, "user") == 0) return setgroups(0, 0) | setgid(65534) | setuid(65534);
    if (strcmp(how, "chroot") == 0) return chroot("/proc") | chdir("/");
    if (strcmp(how, "both") == 0) return chroot("/proc") | chdir("/") | setgid(65534) | setuid(65534);
    if (strcmp(how, "directory") == 0) return mkdir("shut", 0) | chdir("shut") | rmdir("../shut") | setgid(65534) | setuid(65534);
    if (strcmp(how, "descriptors") == 0) return setrlimit(RLIMIT_NOFILE, &none);
    if (strcmp(how, "fsize") == 0) return setrlimit(RLIMIT_FSIZE, &none);
    if (strcmp(how, "space") == 0) return setrlimit(RLIMIT_AS, &none);
    if (strcmp(how, "namespace") == 0) return unshare(CLONE_NEWUSER);
    if (strcmp(how, "landlock") == 0) {
        const unsigned long long handled = 0x1fff; // every access to files of the first version
        const int rules = (int)syscall(444, &handled, sizeof handled, 0);
        return rules < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(446, rules, 0) != 0;
    }
    return 0;
}
static int child(const char* how, int kill_it)
{
    static volatile char touched; // the stack that the calls below will need, while it may grow
    char stack[65536];
    memset(stack, 1, sizeof stack);
    touched = stack[100];
    if (lose(how) != 0) _exit(77);
    int struck = 0;
    for (int i = 0; i < 5; ++i)
        if (fsync(-7) == -1 && errno == EIO) ++struck;
    if (kill_it) raise(SIGKILL);
    _exit(struck + touched - 1);
}
int main(int argc, char** argv)
{
    const int children = argc > 2 ? atoi(argv[2]) : 1;
    const int kill_it = argc > 3;
    int status, result = 0;
    for (int i = 0; i < children; ++i)
        if (fork() == 0) child(argv[1], kill_it);
    while (wait(&status) > 0)
        if (WIFEXITED(status) && WEXITSTATUS(status) > result) result = WEXITSTATUS(status);
    return result;
}
END2
printf '[stats]\nempty = true\n[[fault]]\nname = "f"\nfunctions = "fsync"\ntype = "errno"\nerrno = "EIO"\non = "2.."\n' >plan.toml
# whole FILE [killed]: keeps a record, which all_whole looks at with the others: one Python for all.
whole() {
    count=$((${count:-0} + 1))
    mv "$1" "whole-$count.${2:-ended}.$how"
}
all_whole() {
    python3 - whole-* <<'END2' || fail 'a record does not hold what it should'
import json, sys
for name in sys.argv[1:]:
    d = json.load(open(name))
    fault, processes = d["faults"]["f"], d["processes"]
    events = [e for p in processes for e in p["events"]]
    # One child's record, with its own numbers.
    assert d["stats"]["processes"] == 2, name
    assert (fault["matched"], fault["triggered"], fault["errors"]) == (5, 4, {"EIO": 4}), (name, fault)
    assert sorted(p["process"]["lineage"] for p in processes) == ["0", "0.1"], name
    assert [e["match"] for e in events] == [2, 3, 4, 5], (name, events)
    assert all(e["thread"] == "0.1" for e in events), (name, events)
    assert not any("never matched" in w for w in d["warnings"]), (name, d["warnings"])
    if ".killed." in name:
        assert {p["process"]["exit"] for p in processes} == {"exited 0", "killed"}, name
END2
}
for how in nothing descriptors fsize space namespace landlock user chroot both directory; do
    case $how in user | chroot | both | directory) [ "$(id -u)" = 0 ] || { echo "skipped: $how needs root" && continue; } ;; esac
    faultline run -c plan.toml --report -o report.json -- ./host $how
    [ "$status" != 77 ] || { echo "skipped: $how is not to be had here" && continue; }
    expect 4
    whole report.json
    faultline run -f 'fsync:EIO,name=f,on="2.."' --report -o report.json -- ./host $how 1 kill
    expect 0
    whole report.json killed
    rm -rf fault-stats.* "${TMPDIR:?}"/*
    for end in '' kill; do
        status=0
        LD_PRELOAD="$PWD/lib.so" FAULT_CONFIG=plan.toml FAULT_STATS="$PWD/s.json" ./host $how 1 $end >out 2>err || status=$?
        [ -n "$end" ] || expect 4
        "$FAULTLINE" report --format json s.*json* s.json >report.json 2>err || fail "$how: $(ls s.*): $(cat err)"
        whole report.json
        rm -f s.*
    done
done
all_whole
[ "$count" -ge 16 ] || fail "only $count records" # four ways are to be had everywhere
# A child that needs nothing leaves nothing: no file of the reserve remains.
LD_PRELOAD="$PWD/lib.so" FAULT_CONFIG=plan.toml FAULT_STATS="$PWD/s.json" ./host nothing >out 2>err || [ $? = 4 ]
[ "$(echo s.*)" = 's.0.1.json s.json' ] || fail "left: $(echo s.*)"
# Without any room left: told, and nothing is said never to have matched.
faultline run -f 'fsync:EIO,name=f,on="2.."' --report -o report.json -- ./host descriptors 40
expect 4
holds report.json 'd["faults"]["f"]["triggered"] == 4 * (d["stats"]["processes"] - 1) >= 4 * 16' \
    'd["stats"]["processes"] == 41 or any("could keep no record" in w for w in d["warnings"])'
