# The connection breaks after so many bytes: curl says so, and keeps the half.
. "$(dirname "$0")/lib.sh"
nginx_serves
under connection-reset curl -sS -o got "$url/numbers"
expect 56
says err "Connection reset by peer"
[ "$(wc -c <got)" -lt 16384 ] || fail "too much came through"
struck 'events[-1]["errno"] == "ECONNRESET"' 'events[0]["cut"] and events[0]["bytes"] == 16384'
under connection-reset curl -sS -o got "$url/index.html"
expect 0
