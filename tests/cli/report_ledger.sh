# report reads the ledger of a killed process, and that of a running one.
. "${0%/*}/lib.sh"
program host <<'END' || fail "cc: $(cat host.log)"
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 4; ++i)
        if (write(1, "x", 1) < 0) fputs("failed\n", stderr);
    char byte;
    return (int)read(0, &byte, 1); // until standard input ends, or we do
}
END
printf 'seed = 1\n[[fault]]\nname = "w"\nfunctions = ["write"]\ntype = "errno"\nerrno = "EIO"\non = "2..3"\n' >plan.toml
mkfifo in
FAULT_CONFIG=plan.toml FAULT_STATS=stats.json LD_PRELOAD=$LIB ./host <in >out 2>err &
pid=$!
exec 3>in
until grep -q xx out; do :; done # it has done what it has to do
faultline report --format json stats.json.live
expect 0
cp out live.json
holds live.json 'd["stats"]["faults_triggered"] == 2' 'd["processes"][0]["process"]["exit"] == "running"'
kill -KILL $pid
wait $pid 2>/dev/null || :
exec 3>&-
faultline report --format json stats.json.live
expect 0
cp out dead.json
holds dead.json 'd["stats"]["calls_intercepted"] == 4' 'd["processes"][0]["process"]["exit"].startswith("killed")' \
    '[e["match"] for e in d["processes"][0]["events"]] == [2, 3]'
faultline report stats.json.live
says out '2 faults injected into 4 calls of 1 process (50.0 %)'
