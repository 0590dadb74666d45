# A plan with faults of its own is changed as well: what it began with comes back by reset, a clock that it names is moved
# and put right, and its faults count on under the names that they have in the end.
. "${0%/*}/ctl_lib.sh"
steps
cat >plan.toml <<'PLAN'
[[fault]]
name = "late"
functions = ["clock_gettime"]
type = "clock"
offset = "8000h"
[[fault]]
name = "twice"
functions = ["open", "open64"]
type = "errno"
errno = "EMFILE"
on = "2..3"
PLAN
begin -c plan.toml
step t ETIME
step d ok
ctl disable late
step t ok
step d ok
step p EMFILE # its second call: it opens `data` first of all
ctl enable late
step t ETIME
step d ok # what waits for a time goes by the plan in force
step p EMFILE # a change leaves the others' counts alone
step p ok
ctl disable late
step t ok
ctl enable late
step t ETIME
ctl remove twice late
step t ok
ctl reset --json
holds out 'd["changed"]'
step t ETIME
ctl reset --json
holds out 'not d["changed"]'
ctl list --json
holds out '[f["name"] for f in d] == ["late", "twice"]' 'd[1]["triggered"] == 2'
for i in $(seq 64); do ctl add "read:EIO,name=n$i"; done
refuses 'there is room for 66 faults' "$pid" add read:EIO
end
