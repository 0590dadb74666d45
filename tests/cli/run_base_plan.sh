# A plan of settings alone serves with -f; by itself it is no plan, and its mistakes have their places all the same.
. "${0%/*}/lib.sh"
writer
printf 'seed = 7\narm = "main"\n[stats]\nevents = 1\n' >base.toml
FAULT_STATS=stats.json faultline run -c base.toml -f 'write:EIO,on=2' -- ./writer a b c
expect 1
is out ac
holds stats.json 'd["seed"] == 7' 'sum(f["triggered"] for f in d["faults"].values()) == 1'
FAULT_CONFIG=base.toml faultline run -f 'write:EIO,on=1' -- ./writer a
expect 1
faultline run -c base.toml -- ./writer a
expect 125
is err 'faultline: base.toml: the plan has no [[fault]] (add at least one)'
faultline check base.toml
[ "$status" != 0 ] || fail 'check takes a plan without faults'
printf 'seed = 7\n\ncolour = 1\n' >wrong.toml
faultline run -c wrong.toml -f 'write:EIO' -- ./writer a
expect 125
is err "faultline: wrong.toml:3:1: unknown key 'colour'"
faultline run -c base.toml -f 'write:EWRONG' -- ./writer a
expect 125
says err "-f 'write:EWRONG'"
left_nothing
