# What the tests of the plans in config/ share: each script beside this file lets one plan loose on programs of the
# distribution, and says what they came to: in their own words and exit status, and in the record. CONFIG is the directory
# of the plans. Nothing is timed. See ../cli/lib.sh for the rest.
. "$(dirname "$0")/../cli/lib.sh"
: "${CONFIG:?the directory of the plans}"
unset PYTHONUNBUFFERED http_proxy HTTP_PROXY all_proxy ALL_PROXY
PATH=/usr/bin:/bin:/usr/sbin:/sbin
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

# needs PROGRAM…: without them there is nothing to be seen.
needs() {
    for program; do command -v "$program" >/dev/null || skip "there is no $program here"; done
}

# under PLAN COMMAND…: runs it under a plan of config/; the record is in report.json.
under() {
    plan=$1
    shift
    faultline run -c "$CONFIG/$plan.toml" --report -o report.json -- "$@"
}

# struck EXPRESSION…: what the record says; `fault(name)`, and `events` of all processes.
struck() {
    python3 - "$@" <<'END' || fail "report.json does not hold what it should"
import json, sys
d = json.load(open("report.json"))
events = [event for process in d["processes"] for event in process["events"]]
fault = d["faults"].get
for expression in sys.argv[1:]:
    if not eval(expression):
        sys.exit(f"not so: {expression}\n{json.dumps(d, indent=1)[:4000]}")
END
}

# nginx_serves [DIRECTIVES [COMMAND…]]: an nginx with the files of html/; $url is where, at a port that was free. The
# directives are those of its processes; COMMAND starts it (default: without faults).
nginx_serves() {
    processes=${1:-master_process off;}
    shift $(($# > 0 ? 1 : 0))
    needs nginx curl
    mkdir html && seq 1 20000 >html/numbers && echo small >html/index.html
    for attempt in 1 2 3 4 5; do
        port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
        cat >nginx.conf <<END
daemon off; $processes pid $PWD/nginx.pid;
events {}
http {
    access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    server { listen 127.0.0.1:$port; root $PWD/html; }
}
END
        "$@" nginx -p "$PWD" -c "$PWD/nginx.conf" -e "$PWD/nginx.error" >server.out 2>server.err </dev/null &
        server=$!
        for _ in $(seq 400); do
            [ ! -s nginx.pid ] || break 2
            kill -0 $server 2>/dev/null || continue 2 # another program was faster with the port
            sleep 0.05
        done
    done
    [ -s nginx.pid ] || fail "nginx does not start: $(cat nginx.error)"
    url=http://127.0.0.1:$port
}

# redis_under PLAN OPTION…: a redis-server under a plan, in data/; redis_ends waits for its end.
redis_under() {
    needs redis-server redis-cli
    mkdir -p data
    plan=$1
    shift
    "$FAULTLINE" run -c "$CONFIG/$plan.toml" --report -o report.json -- redis-server --port 0 --save "" \
        --unixsocket "$PWD/socket" --dir "$PWD/data" "$@" >out 2>err </dev/null &
    server=$!
    for _ in $(seq 200); do
        [ ! -S socket ] || return 0
        kill -0 $server 2>/dev/null || return 0
        sleep 0.05
    done
    fail "redis-server does not start"
}
redis() { redis-cli -s socket "$@" 2>&1; }
redis_ends() {
    status=0
    wait $server || status=$?
    server=
    rm -f socket
}
