# nginx's worker becomes www-data before its first write: the faults that cut its answers short are on record, with their
# numbers, although that user can make no file where the run was started.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" = 0 ] || skip 'only root can let nginx become www-data'
id www-data >/dev/null 2>&1 || skip 'there is no www-data'
chmod 755 .
nginx_serves 'user www-data; worker_processes 1;' \
    "$FAULTLINE" run -f 'writev:errno=ECONNRESET,on="1..2"' --report -o report.json --
url=$url/numbers
for _ in 1 2; do ! curl -sS --retry 3 --retry-connrefused -o got "$url" 2>curl.err || fail 'a download was not cut short'; done
curl -sS -o got "$url" || fail 'the third download was cut short too'
cmp got html/numbers || fail 'the third download is damaged'
kill -QUIT "$(cat nginx.pid)"
status=0
wait $server || status=$?
server=
expect 0
struck 'fault("writev-errno")["triggered"] == 2' 'fault("writev-errno")["errors"] == {"ECONNRESET": 2}' \
    '[e["match"] for e in events] == [1, 2]' 'all(e["thread"].startswith("0.1") for e in events)'
says server.err '2 faults injected into'
