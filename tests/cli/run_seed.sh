# One seed, the same events, to the byte and the number of the match; a drawn one is named, and repeats the run as well.
. "${0%/*}/lib.sh"
writer
events() {
    python3 -c 'import json, sys
for process in json.load(open(sys.argv[1]))["processes"]:
    for event in process["events"]:
        print(*[event.get(key) for key in ("fault", "target", "match", "errno", "thread")])' "$1"
}
letters='a b c d e f g h i j k l m n o p q r s t u v w x y z'
run() { # run SEED-OPTION FILE
    # shellcheck disable=SC2086 # words are wanted
    faultline run $1 -f 'write:errno=[EIO,ENOSPC,EDQUOT],probability=0.5' -o "$2" -- ./writer $letters
    cp err "$2.err"
}
run '--seed 42' one.json
run '--seed 42' two.json
run '--seed 43' other.json
events one.json >one
[ -s one ] || fail 'nothing happened'
[ "$(events two.json)" = "$(cat one)" ] || fail 'the same seed, other events'
[ "$(events other.json)" != "$(cat one)" ] || fail 'another seed, the same events'
says_not one.json.err 'drawn'

run '' drawn.json
seed=$(sed -n 's/^  seed \([0-9]*\) was drawn at random: --seed \1 repeats this run$/\1/p' drawn.json.err)
[ -n "$seed" ] || fail 'the drawn seed is not named'
run "--seed $seed" again.json
[ "$(events again.json)" = "$(events drawn.json)" ] || fail 'the drawn seed does not repeat the run'
status=0
FAULT_SEED=42 "$FAULTLINE" run -f 'write:EIO' -- ./writer a >out 2>err || status=$?
says err '  seed 42'
