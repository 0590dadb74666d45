# A stream in slices of seven bytes is the same stream.
. "$(dirname "$0")/lib.sh"
nginx_serves
under sliced-network curl -sS -o got "$url/numbers"
expect 0
cmp got html/numbers || fail "something else arrived"
struck 'fault("slice")["triggered"] > 10000' 'all(e["bytes"] <= 7 for e in events)'
