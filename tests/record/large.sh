#!/bin/sh
# usage: large.sh CHECK MIB
# A program that writes very much is recorded, byte for byte, in memory that does not grow with it: neither that of the
# recorder nor that of whoever reads the recording. Writes as much as MIB, or as there is room for.
set -eu
check=$1 mib=$2
work=$(mktemp -d "$PWD/record.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/root" "$work/recording"
cd "$work/root"
room=$(df -Pm . | awk 'NR == 2 { print int(($4 - 2048) / 2) }') # once as a file, once as a recording
[ "$mib" -le "$room" ] || mib=$room
[ "$mib" -ge 128 ] || { echo "skipped: there is no room for 256 MiB here"; exit 77; }
most=$((96 << 10)) # KiB; less than is written
cat >"$work/write.py" <<'END'
import os, sys
piece = bytearray(os.urandom(1 << 20))
file = os.open("large", os.O_WRONLY | os.O_CREAT, 0o644)
for i in range(int(sys.argv[1])):
    for page in range(0, len(piece), 4096): # no two alike
        piece[page:page + 8] = (i << 20 | page).to_bytes(8, "little")
    assert os.write(file, piece) == len(piece)
os.close(file)
for pid in filter(str.isdigit, os.listdir("/proc")): # the recorder is the checker's other child
    try:
        text = open(f"/proc/{pid}/status").read()
    except OSError:
        continue
    lines = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    if lines["Name"] == "faultline-door" and int(lines["PPid"]) == os.getppid():
        print("recorder", lines["VmHWM"].split()[0])
END
"$check" --only-read "$work/recording" . python3 "$work/write.py" "$mib" >"$work/out" 2>"$work/err" || {
    echo "it ends with $?"
    cat "$work/out" "$work/err"
    exit 1
}
cat "$work/err" >>"$work/out"
echo "$mib MiB; most memory in KiB:"
cat "$work/out"
for who in recorder reader; do
    used=$(sed -n "s/^$who \([0-9]*\)$/\1/p" "$work/out")
    [ "${used:-$most}" -lt $most ] || { echo "the $who took $used KiB"; exit 1; }
done
[ "$(stat -c %s large)" = $((mib << 20)) ]
cmp -n $((mib << 20)) large "$work/recording/data" # behind it stands what was printed
