# Where the statistics cannot go to their file, run reports all the same, and says where they are.
. "${0%/*}/lib.sh"
writer
status=0
FAULT_STATS=/nonexistent/x.json "$FAULTLINE" run --seed 1 -f 'write:EIO,on=1' -o report.json -- ./writer a b \
    >out 2>err || status=$?
expect 1
is out b
says err 'faultline: the statistics cannot be written to /nonexistent/x.json'
says err '1 fault injected into 2 calls of 1 process'
holds report.json 'd["stats"]["faults_triggered"] == 1' 'len(d["processes"]) == 1'
kept=$(sed -n 's/^  statistics: //p' err)
[ -f "$kept" ] || fail 'the statistics are not where it says'
