# Latency changes nothing but the time.
. "$(dirname "$0")/lib.sh"
nginx_serves
under slow-network curl -sS -o got "$url/numbers"
expect 0
cmp got html/numbers || fail "something else arrived"
struck 'fault("slow-to-connect")["triggered"] == 1' 'fault("latency")["triggered"] > 1' 'len({e["delay"] for e in events}) > 2'
