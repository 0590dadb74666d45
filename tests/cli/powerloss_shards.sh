# The shards of a search of power cuts, merged, are byte for byte what one search leaves; what has been checked is not
# checked again, and what does not belong together is refused.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
cat >update.py <<'PY'
import os
for name in 'abc':
    f = os.open('t', os.O_CREAT | os.O_WRONLY | os.O_TRUNC); os.write(f, name.encode() * 5000); os.close(f); os.rename('t', name)
PY
# It counts how often it is run, outside of what is followed.
mkdir d counts
# shellcheck disable=SC2016 # for the shell that it runs
check='echo >>"$COUNTS/$$"; for f in a b c; do s=$(wc -c <$f); test "$s" = 4 || test "$s" = 5000 || exit 11; done; test ! -s "$FAULT_ACKED" || test "$s" = 5000 || exit 10'
export COUNTS="$PWD/counts"
fresh() { rm -rf d/* && for f in a b c; do echo old >d/$f; done; }
checks() { cat counts/* 2>/dev/null | wc -l; }
there() { # ARGUMENT…: the command in d
    status=0
    env -C d "$FAULTLINE" powerloss -q "$@" >out 2>err </dev/null || status=$?
}
models=ext4,ext4-noauto,posix
search() { # OUTPUT OPTION…: with a run of its own
    fresh
    into=../$1
    shift
    there --model $models --check "$check" -o "$into" "$@" -- python3 ../update.py
}

search whole -j 2
expect 1
grep -q '^[2-9] findings in [0-9]* states' out || fail 'too little to divide'
rm counts/*
for shard in 1 2 3; do
    search "shard$shard" -j $shard --shard $shard/3 --fail-on none
    expect 0
    grep -q 'findings in [0-9]* of [0-9]* states' out || fail 'a shard does not say that it is one'
done
[ "$(checks)" -gt 10 ] || fail 'the checks are not counted'

# The merge checks no state that was chosen anew. Without a command it takes the first shard's recording.
there --model $models --check "$check" -o ../merged --merge ../shard3 ../shard1 ../shard2
expect 1
cmp whole/powerloss.json merged/powerloss.json || fail 'the merged shards are not the whole'
search merged2 --merge ../shard1 ../shard2 ../shard3
cmp whole/powerloss.json merged2/powerloss.json || fail 'the shards merged with a run of its own are not the whole'
# A shard's findings can be left to the merge, and so can the merge's be chosen.
for each in '1 hang,corrupt' '0 hang' '0 none'; do
    there --model $models --check "$check" -o ../merged --merge ../shard1 ../shard2 ../shard3 --fail-on "${each#* }"
    expect "${each% *}"
    grep -q '^[2-9] findings' out || fail 'what does not fail is not told'
done
there --model $models --check "$check" -o ../merged --merge ../shard1 --fail-on corrupt,clean
expect 125
says err "there is no class 'clean' (there are none, acknowledged-data-lost, corrupt, cannot-start, failed, hang)"
faultline report --format json shard1 shard2 shard3
expect 0
holds out 'len(d["explorations"]) == 1' 'd["explorations"][0]["points"] == d["explorations"][0]["known_points"]'

# Nothing is left to check, and where half of it is, half of it is checked.
rm counts/*
search whole --resume
expect 1
[ "$(checks)" = 0 ] || fail 'what was checked is checked again'
cmp whole/powerloss.json merged/powerloss.json || fail 'a search that was resumed is another'
lines=$(wc -l <whole/verdicts.jsonl)
left=$(tail -n +$((lines / 2 + 1)) whole/verdicts.jsonl | grep -c '"class":')
head -n $((lines / 2)) whole/verdicts.jsonl >half && printf '{"state": "cut' >>half && cp half whole/verdicts.jsonl
search whole --resume
expect 1
says out '1 lines of '
[ "$(checks)" = "$left" ] || fail "$(checks) checks of $left that were left"

# Shards of one recording, below the directory of the search that made it, and that below the files that are followed: what
# searches leave there does not count among the files. What else changes there does.
fresh
there --model $models --check "$check" --shard 1/2 -- python3 ../update.py
[ "$status" -le 1 ] || fail "it ended with $status"
there --model $models --check "$check" --shard 2/2 --fail-on none -o faultline-powerloss/two check faultline-powerloss/recording
expect 0
there --model $models --check "$check" -o faultline-powerloss/all --merge faultline-powerloss faultline-powerloss/two
expect 1
cmp merged/powerloss.json d/faultline-powerloss/all/powerloss.json || fail 'the shards of one recording are not the whole'
cp -r d/faultline-powerloss/recording d
there --model $models --check "$check" check recording
expect 124
says out 'd/recording: by the recording it is not there'
rm -r d/recording d/faultline-powerloss

# What is missing, or of another search.
there --model $models --check "$check" -o ../bad --merge ../shard1 ../shard2
expect 124
says err 'states were checked in none of the directories'
there --check "true; $check" -o ../bad --merge ../shard1 ../shard2 ../shard3
expect 124
says err 'shard1/verdicts.jsonl is of another search'
there --check "$check" -o ../bad --merge ../nothing -- true
expect 124
says err 'nothing/verdicts.jsonl cannot be read'
there --check "$check" -o ../bad --shard 4/3 -- true
expect 125
there --resume -- true
expect 125

# A check that is told to end says nothing of its state: a job that is cancelled may hear of it later than its checks.
mkdir told
# shellcheck disable=SC2016 # for the shell that it runs
there --model prefix -o ../sound --check 'mkdir "../told/$FAULT_STATE-$(wc -l <"$FAULT_ACKED")" && kill -TERM $$; exit 0' -- python3 ../update.py
expect 0
[ "$(ls told | wc -l)" -gt 5 ] || fail 'no check was told to end'
# shellcheck disable=SC2016
there --model prefix -o ../sound --check 'kill -TERM $$' -- python3 ../update.py
expect 124
says err 'the check fails on the state after the run (failed: )'

# refused TEXT ARGUMENT…: it is, before the command is run, and says why.
refused() {
    text=$1
    shift
    there --check "$check" -o ../no "$@" -- touch ../ran
    expect 125
    says err "$text"
    { [ ! -e no ] && [ ! -e ran ]; } || fail 'something was done all the same'
}
refused 'write local or slurm' --on moon
refused 'here --shard I/N does one of them' --shards 3
refused 'a whole number from 1 to 1000000' --on slurm --shards many
refused '--on slurm makes the shards: say how many by --shards, without --shard' --on slurm --shard 1/3
refused '--on slurm merges by itself' --on slurm --merge ../shard1
refused 'it has no meaning with --shard, --merge or --on slurm' --on slurm --mutate-syncs
status=0
env -C d PATH=/nowhere "$FAULTLINE" powerloss -q --check "$check" --on slurm -o ../no -- touch ../ran >out 2>err || status=$?
expect 125
says err 'sbatch is not there: --on slurm needs the commands of Slurm'
{ [ ! -e no ] && [ ! -e ran ]; } || fail 'something was done without sbatch'
check=''
refused '--on slurm: without --check there is nothing that takes time' --on slurm
