# sqlite3 still reads what it may no longer change, redis cannot save, and coreutils say why.
. "$(dirname "$0")/lib.sh"
needs sqlite3 touch mkdir
sqlite3 t.db "CREATE TABLE t(x); INSERT INTO t VALUES(7);"
under read-only sqlite3 t.db "SELECT x FROM t; INSERT INTO t VALUES(8);"
expect 8
is out 7
says err "attempt to write a readonly database"
struck 'fault("not-for-both")["errors"]["EROFS"] >= 1'
under read-only mkdir d
expect 1
says err "Read-only file system"
under read-only touch f
expect 1
says err "Read-only file system"
[ ! -e f ] && [ ! -e d ] || fail "something was made"

redis_under read-only --dbfilename dump.rdb
redis SET a 1 >said && is said OK
redis SAVE >said && says said ERR
redis SHUTDOWN NOSAVE >/dev/null
redis_ends
expect 0
says out "Read-only file system"
