# A process in which no fault matched a call leaves no file, preloaded alone or under `faultline run` with a named file, where it
# is counted all the same. With `[stats] empty = true` each leaves one.
. "${0%/*}/lib.sh"
writer
cp /bin/true short
fault='[[fault]]
name = "w"
functions = "connect"
type = "errno"
errno = "EIO"
'
printf '%s' "$fault" >plan.toml
printf '[stats]\nempty = true\n%s' "$fault" >empty.toml
i=0
while [ $i -lt 60 ]; do echo ./short && i=$((i + 1)); done >script
echo 'exec ./short' >>script # and an image that replaces another
mkdir stats
bare() { # PLAN
    rm -rf stats && mkdir stats
    LD_PRELOAD="$LIB" FAULT_CONFIG=$1 FAULT_STATS="$PWD/stats/s.%p.json" sh script
}
under_run() { # PLAN
    rm -rf stats && mkdir stats
    export FAULT_STATS="$PWD/stats/s.%p.json"
    faultline run -c "$1" --report -o report.json -- sh script
    unset FAULT_STATS
    expect 0
    says err "fault 'w' never matched"
    left_nothing
}
files() { find stats -type f | wc -l; }

bare plan.toml
[ "$(files)" = 0 ] || fail "left: $(ls stats)"
under_run plan.toml
[ "$(files)" = 0 ] || fail "left under run: $(ls stats)"
says_not err statistics:
holds report.json 'd["stats"]["processes"] == len(d["processes"]) >= 62'
counted=$(python3 -c 'import json; print(json.load(open("report.json"))["stats"]["processes"])')
bare empty.toml
[ "$(files)" = "$(find stats -name '*.json' | wc -l)" ] || fail "ledgers: $(ls stats)"
[ "$(files)" -ge 62 ] || fail "$(files) files"
under_run empty.toml
[ "$(files)" = "$counted" ] || fail "$(files) files of $counted processes"

# One match is enough, without a trigger; and so is what went wrong, or was left out.
printf '[[fault]]\nname = "w"\nfunctions = "write"\ntype = "errno"\nerrno = "EIO"\non = "9"\n' >plan.toml
LD_PRELOAD="$LIB" FAULT_CONFIG=plan.toml FAULT_STATS="$PWD/stats/matched.json" ./writer a >out
[ -s stats/matched.json ] || fail 'no record of a match'
LD_PRELOAD="$LIB" FAULT_CONFIG=plan.toml FAULT_DISABLE=1 FAULT_STATS="$PWD/stats/disabled.json" ./short
[ -s stats/disabled.json ] || fail 'no record of a process with a warning'
