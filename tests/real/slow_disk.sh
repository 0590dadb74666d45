# A slow disk changes nothing but the time.
. "$(dirname "$0")/lib.sh"
needs sqlite3
under slow-disk sqlite3 t.db "CREATE TABLE t(x); INSERT INTO t VALUES(1); SELECT x FROM t; PRAGMA integrity_check;"
expect 0
is out "1
ok"
struck 'fault("slow-sync")["triggered"] > 0' 'fault("slow-transfer")["triggered"] > 0' 'all(e["delay"] > 0 for e in events)'
