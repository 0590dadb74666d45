# To close a connection takes a second, and nothing else is different.
. "$(dirname "$0")/lib.sh"
nginx_serves
under slow-close curl -sS "$url/"
expect 0
is out small
struck 'fault("slow-close")["triggered"] >= 1' 'all(e["delay"] == 1 for e in events)'
