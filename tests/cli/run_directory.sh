# The records of a run lie in its own directory and go with it, unless a file was named: by the plan or by FAULT_STATS.
. "${0%/*}/lib.sh"
writer
printf '[[fault]]\nname = "w"\nfunctions = "write"\ntype = "errno"\nerrno = "EIO"\non = "2"\n' >plan.toml
for _ in 1 2 3 4 5 6; do echo './writer a || :'; done >script
echo 'exec ./writer a b' >>script
before=$(ls)
for plan in '-c plan.toml' '-f write:EIO,on=2,name=w'; do
    # shellcheck disable=SC2086 # words are wanted
    "$FAULTLINE" run $plan -o "$TMPDIR/../report.json" -- sh script >"$TMPDIR/../out" 2>"$TMPDIR/../err" || :
    [ "$(ls)" = "$before" ] || fail "left in the working directory: $(ls)"
    grep -q '; 1 fault injected into 8 calls of 8 processes' ../err || fail "$(cat ../err)"
    ! grep -q 'statistics:' ../err || fail 'it names a file that is gone'
    holds ../report.json 'd["faults"]["w"]["matched"] == 8' 'd["stats"]["processes"] == len(d["processes"])' \
        'sum(p["process"]["exit"] == "exited 1" for p in d["processes"]) == 1' \
        'sum(p["process"]["exit"] == "executed" for p in d["processes"]) == 1'
    left_nothing
done
{ printf '[stats]\nfile = "s.%%p.json"\n' && cat plan.toml; } >named.toml
faultline run -c named.toml -- ./writer a b
ls s.*.json >/dev/null || fail 'the file that the plan names is not there'
FAULT_STATS='v.%p.json' "$FAULTLINE" run -c plan.toml -- ./writer a b >out 2>err || :
ls v.*.json >/dev/null || fail 'the file that FAULT_STATS names is not there'
left_nothing
