# report sums up statistics files, as text and as JSON, and takes its own JSON again.
. "${0%/*}/lib.sh"
writer
export FAULT_STATS=stats.%p.json
faultline run --seed 1 -f 'write:EIO,on=1' -- sh -c './writer a b; ./writer c d e; exit 0'
set -- stats.*.json
faultline report "$@"
expect 0
says out '2 faults injected into'
grep -Eq '^  write-errno +errno +[0-9]+ +2 ' out || fail 'no line on the fault'
faultline report --events "$@"
[ "$(grep -c 'errno=EIO' out)" = 2 ] || fail 'not both events'
faultline report --format json "$@"
cp out all.json
holds all.json 'd["stats"]["faults_triggered"] == 2' 'len(d["processes"]) == d["stats"]["processes"] >= 2'
faultline report --format json all.json
cmp out all.json || fail 'its own JSON is read as something else'
# The same file twice counts once.
faultline report --format json "$@" "$@"
cmp out all.json || fail 'files were counted twice'
