# nginx's worker becomes www-data before its first write: the faults that cut its answers short are on record, with their
# numbers, although that user can make no file where the run was started.
. "$(dirname "$0")/lib.sh"
needs nginx curl
[ "$(id -u)" = 0 ] || skip 'only root can let nginx become www-data'
id www-data >/dev/null 2>&1 || skip 'there is no www-data'
chmod 755 .
mkdir html && seq 1 20000 >html/numbers
for attempt in 1 2 3 4 5; do
    port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
    cat >nginx.conf <<END
user www-data; worker_processes 1; daemon off; pid $PWD/nginx.pid;
events {}
http {
    access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    server { listen 127.0.0.1:$port; root $PWD/html; }
}
END
    "$FAULTLINE" run -f 'writev:errno=ECONNRESET,on="1..2"' --report -o report.json -- \
        nginx -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/nginx.error" >out 2>err </dev/null &
    server=$!
    for _ in $(seq 400); do
        [ ! -s nginx.pid ] || break 2
        kill -0 $server 2>/dev/null || continue 2 # somebody was faster with the port
        sleep 0.05
    done
done
[ -s nginx.pid ] || fail "nginx does not start: $(cat nginx.error)"
url=http://127.0.0.1:$port/numbers
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
says err '2 faults injected into'
