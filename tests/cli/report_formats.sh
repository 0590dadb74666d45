# An exploration as text, JSON, HTML, JUnit and SARIF: what their readers take (report/check_formats.py), with the same
# findings in each; shards are one exploration, byte for byte; and nothing that a program prints is markup.
. "${0%/*}/lib.sh"
/usr/bin/python3 -c 'import jsonschema' 2>err || skip 'python3-jsonschema is missing'
tests=$(cd "${0%/*}/.." && pwd)
mkdir work
program planted -O1 -g <<'END' || fail "cc: $(cat planted.log)"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static const char nasty[] = "</script><img src=x onerror=alert(1)> ]]> & \x01\xff\x1b[31m \"'\n";
__attribute__((noinline)) static char* named(const char* name)
{
    char* const copy = malloc(16); /* that it may fail is not looked at */
    strcpy(copy, name);
    return copy;
}
int main(void)
{
    char bytes[64];
    const int in = open("in.txt", O_RDONLY);
    if (in < 0) { write(2, "no input\n", 9); return 1; }
    const ssize_t got = read(in, bytes, sizeof bytes); /* a failure counts as an empty file */
    if (got < 0) write(1, nasty, sizeof nasty - 1);
    const int out = open(named("out.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) { write(2, nasty, sizeof nasty - 1); return 1; }
    if (got > 0 && write(out, bytes, (size_t)got) != got) { write(2, "sorry\n", 6); return 1; }
    for (volatile int i = 0; i < 3; ++i) write(2, "done\n", 5); /* called again whatever came of it: longer failures follow */
    return 0;
}
END
mv planted work
echo hello >work/in.txt

faultline explore -q --try oom,io -w work -o whole.d -- ./planted
expect 1
reports whole whole.d
/usr/bin/python3 "$tests/report/check_formats.py" whole "$tests/data/sarif-schema-2.1.0.json" || fail 'a format is not as it should be'
grep -q 'name="malloc ENOMEM once in named at planted.c:' whole/report.junit || fail 'the case is not named by its place'
grep -q '"uri": "planted.c"' whole/report.sarif || fail 'the source is not named relative to the root'
grep -qF '\\x01\\xff\\x1b[31m' whole/report.html || fail 'what the program printed is not shown'
for format in html junit sarif; do
    ! grep -q '<img' whole/report.$format || fail "markup in $format"
done

# Its own JSON says all of it again, and what is known is no failure.
reports again whole/report.json
diff -rq whole again || fail 'its own JSON is read as something else'
cp -a whole.d known.d
faultline explore -q --try oom,io -w work -o known.d --resume --accept known.json -- ./planted
faultline explore -q --try oom,io -w work -o known.d --resume --known known.json -- ./planted
reports known known.d
/usr/bin/python3 "$tests/report/check_formats.py" known "$tests/data/sarif-schema-2.1.0.json" || fail 'a format is not as it should be'
says known/report.junit 'failures="0"'
says known/report.sarif '"baselineState": "unchanged"'

# Shards, in any order, other jobs: the same bytes.
for shard in 1 2 3; do
    faultline explore -q --try oom,io -j $shard -w work -o shard$shard.d --shard $shard/3 -- ./planted
done
reports shards shard3.d shard1.d shard2.d
diff -rq whole shards >err || fail 'shards are not the whole'

# A fault of a plan is a case: it fired, or it is skipped with the reason.
FAULT_STATS=stats.json "$FAULTLINE" run -q -f 'write:EIO,on=1' -f 'connect:EIO' -- ./work/planted >out 2>err </dev/null || :
faultline report --format junit stats.json
expect 0
says out 'tests="2" failures="0" errors="0" skipped="1"'
says out 'never matched'

# What is damaged is named, in the report too, and the rest is told.
cp -a whole.d bad.d
printf '{"point": "cut' >>bad.d/journal.jsonl
rm -r bad.d/findings/crash-1
cp -a whole.d worse.d
head -c 300 whole.d/findings.json >worse.d/findings.json
for format in text html junit sarif; do
    faultline report --format $format bad.d worse.d stats.json nothing.json
    expect 125
    says err 'bad.d/journal.jsonl: line '
    says err 'bad.d/findings/crash-1: is missing'
    says err 'worse.d/findings.json: holds no findings'
    says err 'nothing.json: No such file'
    says out 'SIGSEGV'
    [ $format = text ] || says out 'worse.d/findings.json'
done
faultline report --format junit nothing.json
expect 125
says out 'tests="1" failures="0" errors="1" skipped="0"'
# What has not come to its end is told by its journal: the same keys, nothing of stacks.
faultline report worse.d
expect 125
says err 'what the journal holds is reported'
grep '^ *key: ' whole/report.text >keys
grep '^ *key: ' out | cmp - keys || fail 'the journal has other keys'
# Damage anywhere must never do worse than that.
/usr/bin/python3 - "$FAULTLINE" <<'END' || fail 'a damaged exploration was too much'
import random, shutil, subprocess, sys
draw = random.Random(1)
for number in range(12):
    shutil.copytree("whole.d", "damaged.d", dirs_exist_ok=True)
    name = f"damaged.d/{draw.choice(['findings.json', 'journal.jsonl'])}"
    data = bytearray(open(name, "rb").read())
    for _ in range(draw.randint(1, 12)):
        data[draw.randrange(len(data))] = draw.choice(b'\x00\xff"{}[],:09ae<')
    open(name, "wb").write(data)
    for format in ("text", "json", "html", "junit", "sarif"):
        done = subprocess.run([sys.argv[1], "report", "--format", format, "damaged.d"], capture_output=True)
        if done.returncode not in (0, 125):
            sys.exit(f"damage {number}, {format}: {done}")
END
faultline report --format nonsense whole.d
expect 125
faultline report --format html -o missing/report.html whole.d
expect 125
says err 'cannot be written to missing/report.html'
left_nothing
