# Files that are no record, or were cut short, or hold nonsense: 125 and a line on each; the sound ones still count.
. "${0%/*}/lib.sh"
writer
status=0
FAULT_STATS=good.json "$FAULTLINE" run -f 'write:EIO' -- ./writer a >out 2>err || status=$?
expect 1
printf 'seed = 1\n[[fault]]\nname = "w"\nfunctions = ["write"]\ntype = "errno"\nerrno = "EIO"\n' >plan.toml
FAULT_CONFIG=plan.toml FAULT_STATS=killed.json LD_PRELOAD=$LIB sh -c './writer a; kill -KILL $$' >out 2>err || :
ledger=killed.json.live
[ -s $ledger ] || fail 'no ledger'
head -c 100 good.json >cut.json
head -c 1000 $ledger >cut.json.live
: >empty.json
head -c 4096 /dev/zero >zeros.json.live
echo '{"unrelated": 1}' >other.json
mkdir bare
for file in cut.json cut.json.live empty.json zeros.json.live other.json nothing.json bare; do
    faultline report $file
    expect 125
    says err "faultline: $file: "
    is out ''
done
faultline report cut.json good.json
expect 125
says out '1 fault injected into 1 call of 1 process'
# A damaged byte anywhere must never do worse than that.
python3 - "$FAULTLINE" $ledger <<'END' || fail 'a damaged ledger was too much'
import random, subprocess, sys
command, path = sys.argv[1:]
sound = open(path, "rb").read()
draw = random.Random(1)
for number in range(40):
    data = bytearray(sound)
    for _ in range(draw.randint(1, 8)):
        data[draw.randrange(min(len(data), 8192))] = draw.choice((0, 1, 0x7f, 0xff))
    open("damaged.json.live", "wb").write(data)
    done = subprocess.run([command, "report", "damaged.json.live"], capture_output=True)
    if done.returncode not in (0, 125):
        sys.exit(f"damage {number}: {done}")
END
