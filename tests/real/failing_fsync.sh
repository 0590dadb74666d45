# After an fsync that failed sqlite3 does not claim to have stored anything, and redis ends.
. "$(dirname "$0")/lib.sh"
needs sqlite3
under failing-fsync sqlite3 t.db "CREATE TABLE t(x); INSERT INTO t VALUES(1);"
expect 10
says err "disk I/O error"
struck '[e["errno"] for e in events] == ["EIO"]' 'events[0]["match"] == 3'
[ "$(sqlite3 t.db 'PRAGMA integrity_check')" = ok ] || fail "the database is damaged"

redis_under slow-disk --appendonly yes # the files are there, so that the third fsync is that of a SET
redis SHUTDOWN NOSAVE >/dev/null
redis_ends
redis_under failing-fsync --appendonly yes --appendfsync always
for key in 1 2 3 4; do redis SET $key 1 >>said || true; done
redis_ends
expect 1
says out "fsync error when the AOF fsync policy is 'always': Input/output error. Exiting"
struck 'fault("not-durable")["triggered"] == 1'
