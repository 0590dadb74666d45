# A finding's directory in the place of a record: replay runs it as its exploration did and compares the class of the
# outcome; minimise finds the weakest point that still gives it. Both say what is wrong with a directory.
. "$(dirname "$0")/lib.sh"
needs_namespaces
planted -O1 -g
mkdir work
mv planted work
echo hello >work/in.txt
cp -a work before
faultline explore -q -w work -o out.d -- ./planted
expect 1
faultline replay out.d/findings/silent-wrong-1
expect 0
says err 'silent-wrong: out.txt is empty'
faultline replay -q out.d/findings/crash-1
expect 0
is err ''
diff -r before work || fail 'the directory itself was changed'

# Another outcome than the record's, and a program that does not make the call any more.
cp -a out.d/findings/crash-1 out.d/findings/other
sed -i 's/"class": "crash"/"class": "told-wrong"/' out.d/findings/other/record.json
faultline replay out.d/findings/other
expect 1
says err 'crash: SIGSEGV'
says err 'the record has told-wrong'
faultline replay out.d/findings/silent-wrong-1 -- /bin/echo
expect 1
says err 'not-reached'
says err 'was the program built anew?'

# The plan, as faultline run takes it.
faultline replay --plan same.toml out.d/findings/crash-1
expect 0
cp -a before again
(cd again && faultline run -c ../same.toml -- ./planted && expect 139) || fail 'the plan does not repeat it'

# What is not needed is left out: here all later matches, and a second strike.
python3 - <<'END'
import json
path = "out.d/findings/crash-1/record.json"
d = json.load(open(path))
other = json.load(open("out.d/findings/silent-wrong-1/record.json"))["strikes"][0]
d["strikes"] = [other, dict(d["strikes"][0], persistence="on")]
json.dump(d, open(path, "w"))
END
faultline minimise out.d/findings/crash-1 -o least.toml
expect 0
says out 'less is enough'
says out 'faultline run -c least.toml -- ./planted'
[ "$(grep -c '^\[\[fault\]\]' least.toml)" = 1 ] || fail 'a strike that is not needed is still there'
grep -q '^on = "1"$' least.toml || fail 'more matches are struck than are needed'
faultline minimise out.d/findings/silent-wrong-1 -o least.toml
expect 0
says out 'nothing of it can be left out'
faultline minimise out.d/findings/silent-wrong-1 --while exit=1
expect 125
says err "a finding's directory says itself what has to hold still"
faultline minimise out.d/findings/silent-wrong-1 -- /bin/echo
expect 1
says err 'the finding does not come again: not-reached'

# What is no finding's directory, or one that was taken away from its exploration.
faultline replay out.d
expect 125
says err 'name the directory of one of its findings (DIR/findings/NAME)'
cp -a out.d/findings/crash-1 alone
faultline replay alone
expect 125
says err 'settings.json'
says err 'leave the directory where faultline explore made it'
echo '{}' >out.d/findings/crash-1/record.json
faultline replay out.d/findings/crash-1
expect 125
says err 'record.json is no record of a finding'
left_nothing
