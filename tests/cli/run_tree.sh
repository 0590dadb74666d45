# Every process of the tree is in the record: forked ones, executed ones, and one that SIGKILL ended.
. "${0%/*}/lib.sh"
writer
cat >plan.toml <<'END'
seed = 3
[stats]
file = "stats.%p.json"
[[fault]]
name = "second"
functions = ["write"]
type = "errno"
errno = "ENOSPC"
on = "2"
END
cat >tree <<'END'
./writer a b c || :
( ./writer d e & wait ) || :
sh -c './writer f g h; kill -KILL $$' || :
exec ./writer i j
END
faultline run -c plan.toml --report -o report.json -- sh tree
expect 1
[ "$(ls stats.*.live 2>/dev/null)" = '' ] || fail "ledgers are left: $(ls stats.*)"
holds report.json \
    'sum(p["process"]["program"] == "writer" for p in d["processes"]) == 4' \
    'all(p["stats"]["faults_triggered"] == 1 for p in d["processes"] if p["process"]["program"] == "writer")' \
    'any(p["process"]["exit"] == "killed" for p in d["processes"])' \
    'any(p["process"]["exit"] == "exited 1" for p in d["processes"])' \
    'len({p["process"]["lineage"] for p in d["processes"]}) > 3' \
    'd["stats"]["faults_triggered"] >= 4' \
    'd["stats"]["processes"] == len(d["processes"])'
set -- stats.*
[ $# -ge 5 ] || fail 'not every process has its file'
left_nothing
