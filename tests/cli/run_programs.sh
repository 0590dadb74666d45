# A plan for other programs of the tree: the first one need not be armed, but one of them has to be.
. "${0%/*}/lib.sh"
writer
cat >plan.toml <<'END'
programs = ["writer"]
[stats]
file = "stats.json"
[[fault]]
name = "one"
functions = ["write"]
type = "errno"
errno = "EIO"
END
faultline run -c plan.toml -- sh -c './writer a; exit 4'
expect 4
says err 'a: EIO'
says err '1 fault injected into 1 call of 1 process'
faultline run -c plan.toml -- sh -c 'exit 4'
expect 125
says err 'faultline: no fault was armed: sh started none of the programs that the plan names'
