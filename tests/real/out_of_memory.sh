# sqlite3 without memory says so and ends in order; it never crashes.
. "$(dirname "$0")/lib.sh"
needs sqlite3
needed=0
for seed in 1 2 3 4 5 6; do
    faultline run -c "$CONFIG/out-of-memory.toml" --seed $seed --report -o report.json -- sqlite3 :memory: "WITH RECURSIVE
        n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<300) SELECT count(*), length(group_concat(hex(randomblob(i)))) FROM n;"
    [ "$status" -lt 128 ] || fail "sqlite3 crashed (seed $seed)"
    [ "$status" = 0 ] && continue
    grep -q "out of memory" err || fail "sqlite3 does not say why it failed (seed $seed)"
    struck 'sum(f["triggered"] for f in d["faults"].values()) > 0'
    needed=$((needed + 1))
done
[ $needed -gt 0 ] || fail "memory was never short"
