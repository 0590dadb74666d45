# A run over HTTP on this machine: the verbs as JSON, and counters that Prometheus reads; strangers are kept out.
. "${0%/*}/ctl_lib.sh"
command -v curl >/dev/null || skip 'there is no curl'
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
steps
# shellcheck disable=SC2119 # no more than the usual is asked for
begin
for address in 0.0.0.0:0 192.0.2.1:80 example.org:80 '[::]:0'; do
    faultline serve "$pid" --listen "$address"
    expect 125
    says err 'it serves on 127.0.0.1 only'
done
faultline serve "$pid" --listen 127.0.0.1:many
expect 125
says err 'it is 127.0.0.1:PORT'
faultline serve 1
expect 125

"$FAULTLINE" serve "$pid" --listen 127.0.0.1:0 >served 3>&- 4<&- &
server=$!
until [ -s served ]; do kill -0 $server || fail 'it does not serve'; sleep 0.01; done
url=$(cat served)
faultline serve "$pid" --listen "${url#http://}"
expect 125
says err 'is in use'

# ask STATUS PATH [BODY [OPTION…]]: the answer is in out.
ask() {
    wanted=$1
    path=$2
    body=${3:-}
    shift 2
    [ $# -eq 0 ] || shift
    if [ -n "$body" ]; then set -- -H 'Content-Type: application/json' -d "$body" "$@"; fi
    got=$(curl -sS --max-time 60 -o out -w '%{http_code}' "$@" "$url$path" 3>&- 4<&-)
    [ "$got" = "$wanted" ] || fail "$path: $got instead of $wanted"
}
ask 200 /add '{"words": ["write:errno=ENOSPC,name=say \"hi\"\\\\"]}'
holds out 'd["changed"]'
name=$(python3 -c 'import json; print(json.load(open("out"))["fault"])')
step w ENOSPC
ask 200 /faults
holds out 'len(d) == 1' 'd[0]["triggered"] == 1'
ask 200 /status
holds out "d['processes'][0]['pid'] == $pid"
ask 200 /events
holds out 'sum("fault" in e for e in d) == 1' 'sum("change" in e for e in d) == 1'
ask 200 /metrics
/usr/bin/python3 - "$name" <<'END_OF_PYTHON' || fail "these are no metrics"
import sys
from prometheus_client.parser import text_string_to_metric_families
found = {s.name: s for f in text_string_to_metric_families(open("out").read()) for s in f.samples if s.value}
assert found["faultline_faults_total"].labels == {"fault": sys.argv[1], "type": "errno"}, found
assert found["faultline_faults_total"].value == 1 and found["faultline_processes"].value == 1, found
assert found["faultline_calls_total"].labels == {"function": "write"}, found
END_OF_PYTHON

# Who waits for a fault holds nobody up, and is told when it fires; one who goes away is let go.
ctl disable "$name"
ask 200 /add '{"words": ["write:errno=EDQUOT,name=full,on=2"]}'
ask 409 /wait '{"words": ["full"], "timeout": "1ms"}'
holds out 'd == {"fault": "full", "fired": 0}'
ask 400 /wait '{"words": ["no-such"]}'
holds out 'd["mistakes"] == ["there is no fault \u0027no-such\u0027"]'
ask 400 /wait '{"words": ["full", "often"]}'
ask 400 /wait '{"words": ["full"], "timeout": "soon"}'
ask 400 /wait '{}'
holds out 'd["mistakes"] == ["it is: wait NAME [TIMES]"]'
ask 405 /wait
connections() { find /proc/$server/fd -lname 'socket:*' 2>/dev/null | wc -l; }
open=$(connections)
more() { [ "$(connections)" -gt "$open" ]; }
no_more() { [ "$(connections)" -le "$open" ]; }
wait_for() { # FILE: in the background
    curl -sS -o "$1" -H 'Content-Type: application/json' -d '{"words": ["full", "1"], "timeout": "1h"}' "$url/wait" 3>&- 4<&- &
    waiting=$!
    until more; do sleep 0.01; done
}
wait_for gone
kill $waiting
until no_more; do sleep 0.01; done
wait_for waited
ask 200 /status
step w ok
[ ! -s waited ] || fail 'it did not wait'
step w EDQUOT
wait $waiting || fail 'who waited got no answer'
holds waited 'd == {"fault": "full", "fired": 1}'
ask 200 /remove '{"words": ["full"]}'
ctl enable "$name"

# What is wrong, and who is a stranger.
ask 400 /disable '{"words": ["no-such"]}'
holds out '"no-such" in d["mistakes"][0]'
ask 400 /disable '{"words": '
ask 404 /no-such-verb '{}'
ask 404 /no-such-page
ask 405 /disable
ask 415 /reset '' --data x
ask 403 /status '' -H 'Host: rebound.example.org'
step w ENOSPC
ask 200 /reset '{}'
step w ok
ask 200 /add '{"words": ["write:errno=EDQUOT,name=full"]}'
open=$(connections)
wait_for waited
end
wait $server # it ends with the run
wait $waiting || fail 'who waited was not told that the run has ended'
holds waited 'list(d) == ["mistakes"]'
