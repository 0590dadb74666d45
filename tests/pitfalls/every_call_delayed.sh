# P16: all functions at once are struck at every call. If anything of ours went through a symbol, it would come back to us
# without end.
. "${0%/*}/../cli/lib.sh"
printf 'arm = "load"\n[[fault]]\nname = "all"\nfunctions = "*"\ntype = "delay"\ndelay = "1ns"\n[stats]\nevents = 500\n' >plan.toml
work='exec /usr/bin/env printf "%s\n" "$(seq 1 300 | sort -r | tail -n 1)" two'
status=0
timeout 60 env FAULT_CONFIG=plan.toml FAULT_STATS='stats.%e.%p.json' LD_PRELOAD="$LIB" sh -c "$work" >out 2>err || status=$?
expect 0
is out "$(printf '1\ntwo')"
is err ''
for each in stats.sort.*.json; do
    holds "$each" 'd["stats"]["calls_intercepted"] == d["stats"]["faults_triggered"] > 100' \
        'len(d["events"]) == 500 or d["events_dropped"] == 0'
done
