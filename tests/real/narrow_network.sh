# A thin line brings everything, and every byte of it was paced.
. "$(dirname "$0")/lib.sh"
nginx_serves
under narrow-network curl -sS -o got "$url/index.html"
expect 0
cmp got html/index.html || fail "something else arrived"
struck 'fault("thin-line")["triggered"] > 0' 'sum(e["bytes"] for e in events) > 6'
under narrow-network curl -sS -o got "$url/numbers"
expect 0
cmp got html/numbers || fail "something else arrived"
struck 'sum(e["bytes"] for e in events) > 108894'
