# `faultline explore --try power` finds what a power cut does to a program that renames without a sync, and nothing in its
# sound twin; shards merge to the same bytes, what was checked is not checked again, and the script of a finding repeats it.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
program planted -g <<'END' || fail "cc: $(cat planted.log)"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    char* const name = malloc(8);
#ifdef SOUND
    if (name == NULL) { write(2, "no memory\n", 10); return 1; }
#endif
    strcpy(name, "t"); /* that it may be missing is not looked at */
    const int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, "new\n", 4) != 4) { write(2, "sorry\n", 6); return 1; }
#ifdef SOUND
    if (fsync(fd) != 0) { write(2, "no sync\n", 8); return 1; }
#endif
    if (close(fd) != 0 || rename(name, "f") != 0) { unlink(name); write(2, "sorry\n", 6); return 1; }
#ifdef SOUND
    const int here = open(".", O_RDONLY);
    if (here < 0 || fsync(here) != 0) { write(2, "no sync\n", 8); return 1; }
#endif
    return 0;
}
END
${CC:-cc} -O1 -fno-builtin -DSOUND planted.c -o sound || fail 'cc'
mkdir work counts
mv planted sound work
echo old >work/f
export COUNTS="$PWD/counts"
# shellcheck disable=SC2016 # for the shell that it runs
check='x=$(cat f); test -z "$FAULT_STATE" || echo >>"$COUNTS/$$"
test "$x" = new || test "$x" = old || exit 11; test -z "$FAULT_ACKED" || test ! -s "$FAULT_ACKED" || test "$x" = new || exit 10'
checks() { cat counts/* 2>/dev/null | wc -l; }
explore() { # OUTPUT PROGRAM OPTION…
    into=$1 of=$2
    shift 2
    faultline explore -q --try oom,power -w work --check "$check" -o "$into" "$@" -- "./$of"
}
told() { # DIRECTORY: the findings, one a line
    python3 -c 'import json, sys
for f in json.load(open(sys.argv[1] + "/findings.json"))["findings"]:
    print(f["class"], "|", f["key"] if f["strikes"][0]["family"] == "power" else f["strikes"][0]["function"])' "$1"
}

explore whole planted -j 2
expect 1
told whole >told
cat >expected <<'END'
corrupt | corrupt in a power cut when write t is lost
lost | lost in a power cut when rename f is lost
crash | malloc
END
cmp told expected || fail "other findings: $(cat told)"
says out "cure: fsync $PWD/work/t after #2 and before #4"
[ "$(checks)" -gt 3 ] || fail 'the checks are not counted'
[ "$(cat work/f)" = old ] || fail 'the directory that is explored was changed'
status=0
FAULTLINE=$FAULTLINE sh whole/findings/corrupt-1/repro.sh >again 2>err || status=$?
expect 1
grep -q '^corrupt .*write .*\[ext4-noauto\]' again || fail 'the script does not repeat it'
rm -r "$TMPDIR"/tmp.* # the copy that it tells of
faultline powerloss -o whole/power show 0
expect 0

# Its twin is sound: also alone, where there is no other family to try.
explore sound.d sound
expect 0
holds sound.d/findings.json 'not d["findings"]' 'd["points"] == d["known_points"] > 4' 'not d["stopped"]'
faultline explore -q --try power -w work --check "$check" -o alone -- ./planted
expect 1
told alone >told
grep ' power ' expected | cmp told - || fail "alone it finds something else: $(cat told)"

# Reports read all of it; shards in any order are the whole; nothing is left to do.
faultline report --format json whole
expect 0
cp out whole.json
holds whole.json 'len(d["explorations"][0]["journal"]) == d["explorations"][0]["points"] == d["explorations"][0]["known_points"]' \
    'sum(p["strikes"][0]["family"] == "power" for p in d["explorations"][0]["journal"]) > 3'
for shard in 1 2 3; do
    explore shard$shard planted -j $shard --shard $shard/3 --fail-on none
    expect 0
done
rm counts/*
faultline explore -q --merge shard3 shard1 shard2 -o merged
expect 1
cmp whole/findings.json merged/findings.json || fail 'the merged shards are not the whole'
cmp whole/power/powerloss.json merged/power/powerloss.json || fail 'the merged power cuts are not the whole'
faultline report --format json shard2 shard3 shard1
expect 0
holds out 'd["explorations"][0]["points"] == d["explorations"][0]["known_points"]'
rm -f counts/*
explore whole planted --resume
expect 1
[ "$(checks)" = 0 ] || fail 'what was checked is checked again'
cmp whole/findings.json merged/findings.json || fail 'an exploration that goes on is another'
explore whole planted --resume --accept known.json
explore whole planted --resume --known known.json
expect 0

# One that is interrupted among the disks says so, as a campaign has to know: it goes on with the shard.
rm -f counts/*
"$FAULTLINE" explore -q --try oom,power -w work --check "test -z \"\$FAULT_STATE\" || { echo >>$COUNTS/slow; sleep 0.3; }" -o cut \
    -- ./sound >out 2>err </dev/null &
exploring=$!
until [ "$(checks)" -gt 2 ]; do kill -0 $exploring || fail 'no disk was checked'; sleep 0.01; done
kill -INT $exploring
wait $exploring || fail "it ended with $?"
holds cut/findings.json 'd["stopped"] == ["it was interrupted"]'

# While states are checked a line says how many of them are.
if [ -x /usr/bin/python3 ]; then
    narrow 1 70 "$FAULTLINE" explore --jobs 1 --try power -w work --check "sleep 0.2; $check" -o slow -- ./planted
    /usr/bin/python3 - <<'END' || fail 'there is no progress of power cuts'
import re
lines = re.findall("\r\x1b\\[K([0-9]+) of ([0-9]+) power-cut states  [0-9.]+/s([^\r\n\x1b]*)", open("out", encoding="utf-8", newline="").read())
done = [int(line[0]) for line in lines]
assert len(lines) > 2 and done == sorted(done) and len({line[1] for line in lines}) == 1, lines
assert 0 < done[-1] <= int(lines[0][1]) and " failing" in lines[-1][2], lines
END
fi

# No verdict is no soundness.
mv shard2/power/verdicts.jsonl kept
faultline explore -q --merge shard3 shard1 shard2 -o bad
says out 'not all was tried: power cuts: '
faultline explore -q --try power -w work --check 'test -z "$FAULT_STATE"' -o none -- ./planted
expect 124
says err 'the check fails on the state after the run'
printf '{' >whole/power/powerloss.json
faultline report whole
expect 125
says err 'whole/power/powerloss.json: holds no states of a power cut'
left_nothing
