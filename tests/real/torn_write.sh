# The power goes in the middle of a write; sqlite3 comes back with its journal, redis without the half.
. "$(dirname "$0")/lib.sh"
needs sqlite3
sqlite3 t.db "CREATE TABLE t(x); INSERT INTO t VALUES(1);"
under torn-write sqlite3 t.db "BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<40)
    INSERT INTO t SELECT zeroblob(3000) FROM n; UPDATE t SET x = 2; COMMIT;"
expect 137
struck '[e["moment"] for e in events] == ["torn"]' 'events[0]["bytes"] * 2 == events[0]["size"]' 'events[0]["match"] == 10'
[ "$(sqlite3 t.db 'PRAGMA integrity_check; SELECT count(*), max(x) FROM t')" = "ok
1|1" ] || fail "the transaction was not rolled back"

redis_under torn-write --appendonly yes --appendfsync always
for key in $(seq 20); do redis SET $key value >>said || break; done
redis_ends
expect 137
promised=$(grep -c OK said)
struck 'len(events) == 1 and events[0]["path"].endswith(".aof")'
mv report.json before.json
redis_under slow-disk --appendonly yes --aof-load-truncated yes
redis DBSIZE >said && is said "$promised"
redis SHUTDOWN NOSAVE >/dev/null
redis_ends
expect 0
says out "Truncating the AOF"
