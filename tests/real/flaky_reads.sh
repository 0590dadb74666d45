# Short reads are read on from, and a bad sector is told of, by name.
. "$(dirname "$0")/lib.sh"
needs gzip
seq 1 200000 >numbers
failed=0
for seed in 1 2 3 4 5 6; do
    faultline run -c "$CONFIG/flaky-reads.toml" --seed $seed --report -o report.json -- gzip -c numbers
    if [ "$status" = 0 ]; then
        gzip -dc out | cmp - numbers || fail "gzip claims success, and the output is wrong (seed $seed)"
        struck 'fault("bad-sector")["triggered"] == 0' 'fault("short-read")["triggered"] > 0'
    else
        says err "gzip: numbers: Input/output error"
        struck 'fault("bad-sector")["errors"] == {"EIO": 1}'
        failed=$((failed + 1))
    fi
done
[ $failed -gt 0 ] && [ $failed -lt 6 ] || fail "$failed of 6 runs failed"
