# `faultline explore` finds what is wrong with a command, leaves what it takes to see it again, goes on where it was
# stopped, does one shard of the work, and fails only for what is new and counts.
. "$(dirname "$0")/lib.sh"
needs_namespaces
planted -O1 -g
mkdir work
mv planted work
echo hello >work/in.txt
cp -a work before

faultline explore -q -w work -o out.d -- ./planted
expect 1
grep -q '^silent-wrong  *out.txt is empty' out || fail 'the read error was not found'
grep -q '^crash  *SIGSEGV' out || fail 'the crash was not found'
says out "faultline run -f malloc:ENOMEM,site="
grep -q 'malloc@.* from main at .*c:[0-9]* (planted+' out || fail 'the place is not named'
diff -r before work || fail 'the directory itself was changed'
holds out.d/findings.json 'sorted(f["class"] for f in d["findings"]) == ["crash", "silent-wrong"]' \
    'all(f["repeated"] == f["tried"] == 3 for f in d["findings"])' \
    'all(f["strikes"][0]["persistence"] == "once" and f["strikes"][0]["match"] == 1 for f in d["findings"])' \
    '[f["crash"]["signal"] for f in d["findings"] if "crash" in f] == ["SIGSEGV"]' \
    'any(x.get("function") == "main" and x.get("file", "").endswith(".c") and x["line"] > 9 for f in d["findings"] if "crash" in f for x in f["crash"]["stack"])' \
    'any(x.get("function") == "main" for f in d["findings"] for x in f["stack"])' \
    'd["known_points"] == d["points"]'
python3 - <<'END' || fail 'the journal does not hold one line for each point'
import json
lines = [json.loads(line) for line in open("out.d/journal.jsonl")]
assert len({line["point"] for line in lines}) == len(lines) == json.load(open("out.d/findings.json"))["points"]
END
status=0
sh out.d/findings/silent-wrong-1/repro.sh >out 2>err || status=$?
expect 0
says err '1 fault injected'
where=$(sed -n 's/^in //p' err)
[ -e "$where/out.txt" ] && [ ! -s "$where/out.txt" ] || fail 'the script does not show the finding'
rm -rf "$where"

# What is known does not fail, and what is new does.
faultline explore -q -w work -o known.d --accept known.json -- ./planted
expect 0
faultline explore -q -w work -o known.d --known known.json -- ./planted
expect 0
says out '(known)'
python3 -c 'import json; d = json.load(open("known.json")); d["known"] = [k for k in d["known"] if "crash" not in k["key"]]; json.dump(d, open("known.json", "w"))'
faultline explore -q -w work -o known.d --known known.json -- ./planted
expect 1
faultline explore -q -w work -o known.d --fail-on lost,hang -- ./planted
expect 0
printf 'read # it is meant to be so\n*@planted\n' >absorbed
faultline explore -q -w work -o known.d --absorb absorbed -- ./planted
expect 0
says out '0 findings'
says out 'absorbed on purpose'

# Stopped, and gone on: no point is run twice, and the end is the same. A line that was cut off is run again.
points=$(wc -l <out.d/journal.jsonl)
head -n 5 out.d/journal.jsonl >cut
sed -n 6p out.d/journal.jsonl | head -c 40 >>cut
cp -a out.d stopped.d
cp cut stopped.d/journal.jsonl
faultline explore -q -w work -o stopped.d --resume -- ./planted
expect 1
[ "$(wc -l <stopped.d/journal.jsonl)" = "$points" ] || fail 'points were run twice or not at all'
python3 - <<'END' || fail 'the resumed exploration has other findings'
import json
keys = lambda f: sorted(x["key"] for x in json.load(open(f))["findings"])
assert keys("out.d/findings.json") == keys("stopped.d/findings.json")
END

# Shards share the points out: none twice, none left out.
for shard in 1 2 3; do
    faultline explore -q -w work -o shard$shard.d --shard $shard/3 -- ./planted
done
cat shard?.d/journal.jsonl | grep -o '"point":"[0-9a-f]*"' | sort >theirs
grep -o '"point":"[0-9a-f]*"' out.d/journal.jsonl | sort >all
cmp theirs all || fail 'the shards are not the whole'
left_nothing
