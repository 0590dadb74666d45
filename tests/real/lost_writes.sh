# No program is told of a lost write; one that checks finds the damage afterwards.
. "$(dirname "$0")/lib.sh"
needs sqlite3
under lost-writes sqlite3 t.db "PRAGMA journal_mode=OFF; CREATE TABLE t(x); BEGIN; WITH RECURSIVE n(i) AS
    (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<60) INSERT INTO t SELECT zeroblob(3000) FROM n; COMMIT;"
struck 'fault("lost-write")["triggered"] >= 1' 'not any("errno" in e for e in events)' 'all(e["bytes"] == e["size"] for e in events)'
[ "$(sqlite3 t.db 'PRAGMA integrity_check' 2>&1)" != ok ] || fail "the database is sound though writes were lost"

needs redis-check-rdb
redis_under lost-writes --rdbcompression no
seq 1 3000 | sed 's/.*/SET key& value&/' | redis >/dev/null
redis SAVE >said && is said OK
redis SHUTDOWN NOSAVE >/dev/null
redis_ends
expect 0
struck 'fault("lost-write")["triggered"] >= 1'
! redis-check-rdb data/dump.rdb >checked 2>&1 || fail "the dump is sound though writes were lost"
