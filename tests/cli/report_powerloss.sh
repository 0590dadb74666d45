# What power cuts could do to a command, in every format: what their readers take (report/check_formats.py), with the same
# findings in each; with no verdict that is told, and what is damaged or of another kind is named.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
/usr/bin/python3 -c 'import jsonschema' 2>err || skip 'python3-jsonschema is missing'
tests=$(cd "${0%/*}/.." && pwd)
# shellcheck disable=SC2016 # for the shell that it runs
check='x=$(cat f); test "$x" = new && exit 0
test "$x" = old || { echo "it is '"'"'$x'"'"' </script><img src=x>"; exit 11; }; test ! -s "$FAULT_ACKED" || exit 10'
cat >replace.py <<'PY'
import os
f = os.open('t', os.O_CREAT | os.O_WRONLY); os.write(f, b'new\n'); os.close(f); os.rename('t', 'f')
PY
search() { # ARGUMENT…: in d, whose file is as it was
    rm -rf d && mkdir d && echo old >d/f
    status=0
    env -C d "$FAULTLINE" powerloss -q "$@" >out 2>err </dev/null || status=$?
}
models=ext4,ext4-noauto,posix
search -o ../o --model $models --check "$check" -- python3 ../replace.py
expect 1

sound_reports() { # as reports
    reports "$@"
    /usr/bin/python3 "$tests/report/check_formats.py" "$into" "$tests/data/sarif-schema-2.1.0.json" || fail 'a format is not as it should be'
}
sound_reports whole o
cat >expected <<'END'
corrupt        the files are corrupt: it is '' </script><img src=x>
               write t is lost
               models: ext4-noauto, posix
               on disk all the same: rename f
lost           what was promised is gone
               rename f is lost
               models: ext4, ext4-noauto, posix
END
placeless whole/report.text >plain
grep -A3 -e '^corrupt' -e '^lost' plain | grep -v -e '^--$' -e ' fails: ' | cmp - expected || fail 'the text is not as it should be'
says whole/report.text 'key: corrupt in a power cut when write t is lost'
says plain "need: #4 rename $PWD/d/f must be durable before 'exit 0' is said"
says whole/report.text "cure: fsync $PWD/d/t after #2 and before #4"
says whole/report.text '2 findings in 7 of 7 points: 2 corrupt, 3 lost, 2 tolerated'
says whole/report.junit 'name="write t is lost '
says whole/report.sarif '"id": "corrupt/power"'
says whole/report.sarif 'corrupt in python3 when write t is lost, called from '
! grep -q '<img' whole/report.html || fail 'markup in the page'

# The line that repeats a finding does so, whatever the check has in it.
repeat=$(grep -A9 '^corrupt' whole/report.text | sed -n 's/^ *faultline \(powerloss .*\)/\1/p')
rm -rf d && mkdir d && echo old >d/f
(cd d && eval "\"\$FAULTLINE\" $repeat") >again 2>&1 || :
grep -q '^corrupt .*write' again || fail 'it is not repeated'

# The file alone, and its own JSON, say the same; the same run again has the same keys.
sound_reports file o/powerloss.json
diff -rq whole file || fail 'the file is not its directory'
sound_reports again.d whole/report.json
diff -rq whole again.d || fail 'its own JSON is read as something else'
search -o ../o2 --model $models --check "$check" -- python3 ../replace.py
sound_reports second o2
diff -rq whole second || fail 'the same run again is another report'

# Without a verdict nothing counts as sound, and without an end there is none.
search -o ../none --check false -- true
expect 124
mkdir cut && cp -r o/recording cut
cp -r o foreign && printf '{"version": 1, "trees": {}, "states": []}' >foreign/powerloss.json
mkdir broken && head -c 900 o/powerloss.json >broken/powerloss.json
for format in text html junit sarif; do
    faultline report --format $format none cut foreign broken o
    expect 125
    says err 'none/powerloss.json: has no verdict: the check fails on the state after the run'
    says err 'cut: has a recording and no powerloss.json'
    says err 'foreign/powerloss.json: holds no findings of a power cut'
    says err 'broken/powerloss.json: is neither'
    says out 'write t is lost'
done
# Damage anywhere must never do worse than that.
/usr/bin/python3 - "$FAULTLINE" <<'END' || fail 'a damaged file was too much'
import random, subprocess, sys
draw = random.Random(1)
sound = open("o/powerloss.json", "rb").read()
for number in range(12):
    data = bytearray(sound)
    for _ in range(draw.randint(1, 12)):
        data[draw.randrange(len(data))] = draw.choice(b'\x00\xff"{}[],:09ae<')
    open("damaged.json", "wb").write(data)
    for format in ("text", "json", "html", "junit", "sarif"):
        done = subprocess.run([sys.argv[1], "report", "--format", format, "damaged.json"], capture_output=True)
        if done.returncode not in (0, 125):
            sys.exit(f"damage {number}, {format}: {done}")
END
