# check says in words what a plan will do, or lists every mistake with its place; one wrong plan spoils the status.
. "${0%/*}/lib.sh"
cat >good.toml <<'END'
[[fault]]
name = "full"
functions = ["write"]
type = "errno"
errno = "ENOSPC"
on = "3"
[[fault]]
name = "off"
functions = ["read"]
type = "delay"
delay = "10ms"
enabled = false
END
faultline check good.toml
expect 0
is err ''
says out 'good.toml: ok, 2 faults'
says out '  full: calls to write fail with ENOSPC, at match 3'
says out '(not enabled)'

printf '[[fault]]\nname = "a"\nfunctions = ["connect"]\ntype = "corruption"\ncolour = 1\n' >bad.toml
faultline check bad.toml good.toml
expect 125
is err "faultline: bad.toml:3:14: corruption on 'connect' cannot mean anything (it moves no data)
faultline: bad.toml:5:1: unknown key 'colour'"
says out 'good.toml: ok'
faultline check --json bad.toml good.toml
expect 125
is err ''
holds out '[p["valid"] for p in d["plans"]] == [False, True]' 'len(d["plans"][0]["mistakes"]) == 2' \
    '[(f["name"], f["enabled"]) for f in d["plans"][1]["faults"]] == [("full", True), ("off", False)]'
printf 'seed = \n' >syntax.toml
faultline check syntax.toml
expect 125
grep -q '^faultline: syntax.toml:1:[0-9]*: ' err || fail 'no place'
# An errno that the function does not document is accepted, never silently.
printf '[[fault]]\nname = "a"\nfunctions = ["close"]\ntype = "errno"\nerrno = "ENOEXEC"\n' >odd.toml
faultline check odd.toml
expect 0
says out 'warning: odd.toml:5:9: ENOEXEC is not among the documented errors of close'
