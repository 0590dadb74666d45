# The server falls silent in the middle of the answer: curl waits as long as it was told to.
. "$(dirname "$0")/lib.sh"
nginx_serves
under silent-network curl -sS --max-time 1 -o got "$url/numbers"
expect 28
says err "Operation timed out"
says err "out of 108894 bytes received"
struck 'fault("nothing-comes")["triggered"] == 2' 'events[0]["bytes"] == 16384'
