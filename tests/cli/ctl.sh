# A run is changed while it goes on: each verb holds for the next call of each process, also of those that begin later, and
# stands in the record.
. "${0%/*}/ctl_lib.sh"
steps
# shellcheck disable=SC2119 # no more than the usual is asked for
begin
ctl add 'write:errno=ENOSPC,name=disk'
is out disk
step w ENOSPC
step f ENOSPC
step x ENOSPC
step p ok
ctl disable disk
step w ok
step f ok
step x ok
ctl enable disk
step w ENOSPC
ctl set disk on=..2 errno=EIO # its matches are numbered from here on
step w EIO
step w EIO
step w ok
ctl list --json
holds out 'len(d) == 1 and d[0]["name"] == "disk" and d[0]["enabled"]' 'd[0]["triggered"] == 6' 'd[0]["matched"] == 7'
ctl replace disk 'write:errno=EDQUOT,on=2'
step w ok
step w EDQUOT
step w ok
ctl list --json
holds out '[f["name"] for f in d] == ["disk~1", "disk"]' '[f["triggered"] for f in d] == [6, 1]' 'd[0]["removed"]'

# What is known of a descriptor under one plan is not believed under another one.
ctl add 'write:errno=EIO,name=where,path=**/other'
step w ok
ctl set where 'path=**/data'
step w EIO
ctl remove where

# A whole plan, which is loaded once and no second time, and the one that the run began with.
cat >plan.toml <<'PLAN'
[[fault]]
name = "no-file"
functions = ["open", "open64"]
type = "errno"
errno = "EMFILE"
PLAN
ctl load plan.toml --json
holds out 'd["changed"]'
step p EMFILE
step w ok
ctl load plan.toml --json
holds out 'not d["changed"]'
ctl reset
step p ok

# What waits for a fault begins when that one has fired, and is not left behind by it.
ctl add 'write:EIO,name=once,max_triggers=1'
ctl add 'open,open64:EACCES,name=then,after_fault=once'
step p ok
step w EIO
step w ok
step p EACCES
faultline ctl "$pid" remove once
expect 125
says err "'then' begins when 'once' has fired (remove that one too)"
step p EACCES
ctl remove once then
step p ok
ctl add 'write:EIO,name=once,on=1000'
ctl remove once

# Nothing strikes while it is quiet.
ctl add 'write:errno=EIO,name=always'
step w EIO
ctl quiet 1h
step w ok
step f ok
step x ok
ctl quiet 0s
step w EIO
ctl remove always
step w ok

# wait returns once a fault has fired, and says so where it does not.
ctl add 'open,open64:errno=EACCES,name=door'
faultline ctl "$pid" wait door --timeout 1ms
expect 1
"$FAULTLINE" ctl "$pid" wait door 2 --timeout 60s &
waiting=$!
step p EACCES
step p EACCES
wait $waiting || fail 'the wait was in vain'
ctl remove door

# A thread waits at a call until it is released.
ctl hold write
held=$(cat out)
printf w >&3
ctl wait "$held" --timeout 60s
ctl release "$held"
read -r got <&4
[ "$got" = ok ] || fail "the call that was held came to $got"
step w ok

ctl status --json
holds out "[p['pid'] for p in d['processes']] == [$pid]" 'd["processes"][0]["generation"] == d["generation"]'
ctl events
[ "$(grep -c '"change":"disable disk"' out)" -eq 1 ] || fail 'the change is not among the events'
[ "$(grep -c '"fault":"disk~1"' out)" -eq 6 ] || fail 'not every fault is among the events'
"$FAULTLINE" ctl "$pid" watch >view 3>&- &
watching=$!
until [ -s view ]; do sleep 0.01; done
end
wait $watching # it ends with the run
says view 'faults/s'
says said 'disk~2'
holds report.json 'any(c["change"] == "replace disk write:errno=EDQUOT,on=2" for p in d["processes"] for c in p["changes"])' \
    'd["faults"]["disk~1"]["errors"] == {"ENOSPC": 4, "EIO": 2}' 'd["faults"]["disk~2"]["errors"] == {"EDQUOT": 1}' \
    'sum(len(p["events"]) for p in d["processes"]) == d["stats"]["faults_triggered"]'
left_nothing
