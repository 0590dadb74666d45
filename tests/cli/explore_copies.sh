# Each run's copy lies in memory or on the disk, with the same outcomes, and nothing of it is left.
. "$(dirname "$0")/lib.sh"
needs_namespaces
mkdir work
printf 'foo\nbar\n' >work/notes.txt

faultline explore --copies maybe -- true
expect 125
says err "--copies is 'maybe'; write auto, disk or memory"

# outcomes DIRECTORY: of each point.
outcomes() { sed -nE 's/.*"point":("[^"]*").*"class":("[^"]*").*/\1 \2/p' "$1/journal.jsonl" | sort; }

disk=$(stat -f -c %T .)
for place in disk memory; do
    kind=$disk
    [ "$place" = disk ] || kind=tmpfs
    faultline explore -q -j2 --sample 30 --copies "$place" -w work -o "$place" \
        --check "[ \"\$(stat -f -c %T .)\" = $kind ] && [ \"\$(stat -f -c %T \"\$TMPDIR\")\" = $kind ]" \
        -- sed -i s/foo/x/g notes.txt
    [ "$status" -le 1 ] || fail "--copies $place: exit status $status"
    [ -s "$place/journal.jsonl" ] || fail "--copies $place explored nothing"
    outcomes "$place" >"$place.outcomes"
    says_not "$place.outcomes" '"corrupt"'
done
cmp disk.outcomes memory.outcomes || fail 'the place of the copies changes outcomes'
[ -z "$(ls -A "$TMPDIR")" ] || fail "an exploration left $(ls -A "$TMPDIR")"
! grep -q "$work" /proc/self/mounts || fail 'an exploration left a mount'
