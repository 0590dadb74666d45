# Of a program that SIGKILL ends in the middle nothing is missing: its ledger becomes the statistics file.
. "${0%/*}/lib.sh"
program victim <<'END' || fail "cc: $(cat victim.log)"
#include <signal.h>
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 10; ++i) {
        ssize_t n = write(1, "x", 1);
        (void)n;
    }
    return kill(getpid(), SIGKILL);
}
END
status=0
FAULT_STATS=stats.json "$FAULTLINE" run -f 'write:EIO,on=3..5' -- ./victim >out 2>err || status=$?
expect 137
is out xxxxxxx
says err 'faultline: ./victim killed by SIGKILL; 3 faults injected into 10 calls of 1 process'
[ ! -e stats.json.live ] || fail 'the ledger is still there'
holds stats.json 'd["process"]["exit"] == "killed by SIGKILL"' 'd["stats"]["calls_intercepted"] == 10' \
    '[e["match"] for e in d["events"]] == [3, 4, 5]'
