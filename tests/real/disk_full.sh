# sqlite3 rolls back when the disk fills; redis refuses to write from then on, and has what it had.
. "$(dirname "$0")/lib.sh"
needs sqlite3
under disk-full sqlite3 t.db "CREATE TABLE t(x); INSERT INTO t VALUES(1); INSERT INTO t VALUES(zeroblob(50000));"
expect 13
says err "database or disk is full"
struck 'fault("no-room")["errors"] == {"ENOSPC": 1}' 'events[0]["cut"] and events[0]["bytes"] < events[0]["size"]' \
    'events[1]["errno"] == "ENOSPC"'
[ "$(sqlite3 t.db 'PRAGMA integrity_check; SELECT count(*) FROM t')" = "ok
1" ] || fail "the database is not as it was before"

redis_under disk-full --appendonly yes --appendfsync everysec
redis SET small 1 >said && is said OK
redis SET big "$(seq 1 9000)" >said
redis SET late 1 >said && says said MISCONF
redis GET small >said && is said 1
redis SHUTDOWN NOSAVE FORCE >/dev/null
redis_ends
says out "Short write while writing to the AOF file"
struck 'fault("no-room")["errors"]["ENOSPC"] >= 1'
