# --keep leaves the run's own directory, which else goes at its end: the compiled plan and a record of each process, also of
# those that nothing befell. Where it is stands on standard error, whatever --quiet says.
. "${0%/*}/lib.sh"
writer
faultline run --keep -q -f 'write:EIO,name=w,on="2"' -- sh -c './writer a b; ./writer c || :'
expect 0
place=$(sed -n "s/^faultline: the run's directory: //p" err)
case $place in "$TMPDIR"/?*) ;; *) fail "it names '$place'" ;; esac
[ -s "$place/plan" ] || fail "no plan in $place: $(ls "$place")"
"$FAULTLINE" report --format json "$place"/fault-stats.*.json >report.json
holds report.json 'd["stats"]["processes"] == 3' 'd["faults"]["w"]["triggered"] == 1'
rm -r "${TMPDIR:?}"/*
faultline run -q -f 'write:EIO' -- ./writer a
left_nothing
says_not err "directory"
