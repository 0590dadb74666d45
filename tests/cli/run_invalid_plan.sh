# Every mistake of a plan is listed with its line and column, and the program does not run.
. "${0%/*}/lib.sh"
cat >plan.toml <<'END'
colour = 1
[[fault]]
name = "one"
functions = ["wrte"]
type = "errno"
errno = "ENOSPCX"
END
faultline run -c plan.toml -- touch ran
expect 125
is err "faultline: plan.toml:1:1: unknown key 'colour'
faultline: plan.toml:4:14: unknown function 'wrte' (did you mean 'write'?)
faultline: plan.toml:6:9: unknown errno 'ENOSPCX' (did you mean 'ENOSPC'?)"
[ ! -e ran ] || fail 'the program ran'
faultline run -c nothing.toml -- touch ran
expect 125
is err 'faultline: nothing.toml: there is no such file (check the path of the plan)'
left_nothing
