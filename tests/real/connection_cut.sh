# The stream ends too early, without an error: curl has counted.
. "$(dirname "$0")/lib.sh"
nginx_serves
under connection-cut curl -sS -o got "$url/numbers"
expect 18
says err "bytes remaining to read"
struck 'events[-1]["returned"] == 0' 'events[0]["bytes"] == 16384'
