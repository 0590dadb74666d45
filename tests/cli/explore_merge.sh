# The journals of three shards, merged, are byte for byte what one exploration leaves: also what follows from a point (more
# matches struck, second faults) and also where several jobs ran in another order. What does not belong together is refused
# by its name.
# shellcheck disable=SC2086 # words are wanted of $options and $others
. "$(dirname "$0")/lib.sh"
needs_namespaces
program planted -g <<'END'
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    char bytes[4];
    ssize_t got = 0;
    int losses = 0;
    const int in = open("in.txt", O_RDONLY);
    const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (in < 0 || out < 0) { write(2, "no file\n", 8); return 1; }
    while ((got = read(in, bytes, sizeof bytes)) > 0) {
        char* const copy = malloc(8);
        if (copy == NULL) {
            char* const why = strdup("again\n"); /* called only here, and not looked at */
            write(2, why, strlen(why));
            free(why);
            if (++losses == 2) strcpy(copy, "lost"); /* one is survived, two are not */
        }
        if (write(out, bytes, (size_t)got) < 0) return 1; /* less than all is taken for all */
        free(copy);
    }
    return 0;
}
END
mkdir work
mv planted work
echo hello file >work/in.txt
options='-q -w work --try oom,short --depth 2 --env COLOUR=none'

faultline explore $options -j 2 -o whole.d -- ./planted
expect 1
holds whole.d/findings.json 'd["points"] == d["known_points"]' 'not d["stopped"]' '"seconds" not in d' \
    '{f["class"] for f in d["findings"]} >= {"silent-wrong", "crash"}' \
    'any(len(f["strikes"]) == 2 for f in d["findings"])' \
    'any(f["strikes"][-1]["persistence"] != "once" for f in d["findings"])'
for shard in 1 2 3; do
    faultline explore $options -j $shard -o shard$shard.d --shard $shard/3 --fail-on none -- ./planted
    expect 0
done
faultline explore -q --merge shard3.d shard1.d shard2.d -o merged.d
expect 1
cmp whole.d/findings.json merged.d/findings.json || fail 'the merged shards are not the whole'
diff -r whole.d/findings merged.d/findings >err || fail 'the merged findings are others'
[ "$(wc -l <merged.d/journal.jsonl)" = "$(wc -l <whole.d/journal.jsonl)" ] || fail 'the merged journal is not the whole'
# It is an exploration like any other: nothing is left to do.
faultline explore $options --resume -o merged.d -- ./planted
cmp whole.d/findings.json merged.d/findings.json || fail 'a merged exploration that goes on is another'
faultline explore -q -w work --try oom,short --env COLOUR=none --resume -o merged.d -- ./planted
expect 125
says err "that is another exploration: --depth '2' in merged.d and not in what was typed"

# A shard that is missing is missed, and what is resumed fills it in.
fullest=$(wc -l shard?.d/journal.jsonl | sort -rn | sed -n '2s,.* \(.*\)/.*,\1,p')
others=''
for shard in shard?.d; do [ "$shard" = "$fullest" ] || others="$others $shard"; done
faultline explore -q --merge $others -o merged.d -- ./planted
says out 'points are in none of the journals'
faultline explore $options --resume -o merged.d -- ./planted
cmp whole.d/findings.json merged.d/findings.json || fail 'the missing shard was not filled in'

# refused TEXT ARGUMENT…: it is, and says why.
refused() {
    text=$1
    shift
    faultline explore -q -o no.d "$@"
    expect 125
    says err "$text"
    [ ! -e no.d ] || fail 'something was written all the same'
}
faultline explore $options --sample 1 -o other.d -- ./planted
refused "--sample '1' in other.d and not in shard1.d" --merge shard1.d other.d
refused "--env 'COLOUR=none' in shard1.d and not in what was typed" --env COLOUR=all --merge shard1.d
refused "the command is './planted' in shard1.d and './planted now' in what was typed" --merge shard1.d -- ./planted now
refused '--shard has no meaning with it' --shard 1/3 --merge shard1.d
refused 'is empty.d the output directory of an exploration?' --merge shard1.d empty.d
refused 'nothing in the environment says which shard this is' -w work --shard auto -- ./planted
refused '--on slurm merges by itself' --on slurm --merge shard1.d
refused 'write local or slurm' -w work --on moon -- ./planted
refused 'here --shard I/N does one of them' -w work --shards 3 -- ./planted
refused 'a whole number from 1 to 1000000' -w work --on slurm --shards 0 -- ./planted
(
    PATH=/nowhere
    "$FAULTLINE" explore -q -w work -o alone.d --on slurm -- ./planted 2>err </dev/null
) && fail 'it submits without sbatch'
says err 'sbatch is not there: --on slurm needs the commands of Slurm'
cp -a shard1.d damaged.d
rm damaged.d/journal.jsonl
faultline explore -q -o no.d --merge damaged.d
expect 125
says err 'damaged.d/journal.jsonl is not there'
faultline explore -q -o shard1.d --merge shard1.d shard2.d
expect 125
says err 'is the output directory (-o) as well'

# Which shard it is, an engine may say.
number=${fullest#shard}
TEST_SHARD_INDEX=$((${number%.d} - 1)) TEST_TOTAL_SHARDS=3 TEST_SHARD_STATUS_FILE=advertised "$FAULTLINE" explore $options -o auto.d --shard auto -- ./planted >out 2>err </dev/null || :
[ -e advertised ] || fail 'Bazel is not told that there are shards'
points() { cat "$@" | grep -o '"point":"[0-9a-f]*"' | sort; }
points "$fullest/journal.jsonl" >theirs
points auto.d/journal.jsonl | cmp - theirs || fail 'it is another shard'

# A sample is drawn: the seed decides, shards draw the same, and what explorations wrote beside it is no part of it.
sample() { faultline explore -q -w work --sample 5 --fail-on none "$@" -- ./planted; }
sample -o work/first.d
sample -o work/second.d --shard 1/2
sample -o third.d --shard 2/2
sample -o fourth.d --seed 2
points work/first.d/journal.jsonl >one
[ "$(wc -l <one)" -ge 5 ] || fail 'the sample is too small'
points work/second.d/journal.jsonl third.d/journal.jsonl | cmp - one || fail 'shards draw another sample'
! points fourth.d/journal.jsonl | cmp -s - one || fail 'the seed decides nothing'
left_nothing
