# A format with check sums tells of the bit that rotted; one without hands it on. The file itself is sound.
. "$(dirname "$0")/lib.sh"
needs gzip dd
seq 1 300000 >numbers && gzip -nk numbers
noticed=0
for seed in 1 2 3 4 5 6 7 8; do
    faultline run -c "$CONFIG/bit-rot.toml" --seed $seed --report -o report.json -- gzip -t numbers.gz
    struck 'all(e["bytes"] <= 1 and e["mode"] == "bitflip" for e in events)'
    [ "$status" = 0 ] && continue
    struck 'len(events) > 0'
    noticed=$((noticed + 1))
done
[ $noticed -gt 0 ] || fail "gzip noticed nothing under eight seeds"
faultline run -c "$CONFIG/bit-rot.toml" --seed 1 --report -o report.json -- dd if=numbers status=none
expect 0
struck 'len(events) > 0'
! cmp -s out numbers || fail "dd shows what is on the disk"
gzip -t numbers.gz || fail "the file itself was touched"
