# redis-server and nginx under load are changed while they run: a fault that is switched on is seen by the calls that come
# next, in workers too that begin later, and one that is switched off leaves no trace.
. "$(dirname "$0")/lib.sh"

# ctl TARGET VERB…: one that succeeds.
ctl() {
    faultline ctl "$@"
    [ "$status" = 0 ] || fail "ctl $*: exit status $status"
}

# redis writes its append-only file while clients read.
needs redis-server redis-cli redis-benchmark
mkdir data
"$FAULTLINE" run --control --report -o report.json -- redis-server --port 0 --save "" --unixsocket "$PWD/socket" \
    --dir "$PWD/data" --appendonly yes --appendfsync everysec >server.out 2>server.err </dev/null &
server=$!
until [ -S socket ]; do kill -0 $server 2>/dev/null || fail 'redis-server does not start' && sleep 0.05; done
pid=$(sed -n 's/.*faultline ctl \([0-9]*\).*/\1/p' server.err)
redis-benchmark -s socket -n 1000000000 -c 4 -t get -q >load.out 2>&1 &
load=$!
trap 'kill $load $server 2>/dev/null || :; rm -rf "$work"' EXIT
redis SET a 1 >said && is said OK
ctl "$pid" add 'write:errno=ENOSPC,path=**/*.aof,name=disk'
redis SET a 2 >said # the reply may go out before the write
ctl "$pid" wait disk --timeout 60s
redis SET a 2 >said && says said MISCONF
ctl "$pid" disable disk
ctl "$pid" list --json
cp out before
# redis takes writes again once its next flush has succeeded.
until redis SET a 3 >said && [ "$(cat said)" = OK ]; do sleep 0.05; done
ctl "$pid" list --json
cmp -s before out || fail 'a fault that is off has counted something'
ctl "$pid" add 'write:delay=1ms,fd_kind=socket,name=slow'
ctl "$pid" wait slow 100 --timeout 60s
ctl "$pid" remove slow
redis PING >said && is said PONG
kill $load
wait $load || :
redis SHUTDOWN NOSAVE FORCE >/dev/null || :
status=0
wait $server || status=$?
server=
expect 0
struck 'fault("disk~1") is None and fault("disk")["errors"]["ENOSPC"] == fault("disk")["triggered"] > 0' \
    'fault("slow~1")["triggered"] >= 100' \
    'all(any(c["change"].startswith("disable") for c in p["changes"]) for p in d["processes"] if p["process"]["lineage"] == "0")'
rm -f socket

# nginx: the master begins new workers, and they obey as the old ones did.
nginx_serves 'worker_processes 2;' "$FAULTLINE" run --control --report -o report.json --
url=$url/index.html
get() { curl -sS --max-time 60 "$url" 2>&1; }
[ "$(get)" = small ] || fail 'nginx does not serve'
(while :; do curl -s "$url" "$url" "$url" >load.got 2>&1 || :; done) &
load=$!
trap 'kill $load $server 2>/dev/null || :; rm -rf "$work"' EXIT
master=$(cat nginx.pid)
ctl "$master" add 'open,open64,openat,openat64:errno=EACCES,path=**/html/**,name=forbidden'
[ "$(get)" != small ] || fail 'the fault does not strike'
old=$(ps -o pid= --ppid "$master")
kill -HUP "$master" # new workers
for worker in $old; do
    while kill -0 "$worker" 2>/dev/null; do sleep 0.02; done
done
ctl "$master" status --json
ctl "$master" wait forbidden 20 --timeout 60s
[ "$(get)" != small ] || fail 'the fault does not strike in new workers'
ctl "$master" disable forbidden
for _ in 1 2 3 4 5; do [ "$(get)" = small ] || fail 'the fault strikes although it is off'; done
kill $load
wait $load 2>/dev/null || :
kill -QUIT "$master"
status=0
wait $server || status=$?
server=
expect 0
struck 'fault("forbidden")["triggered"] >= 20' 'len({e["thread"] for e in events}) >= 2'
