# No program listens; curl tries again when told to, and comes through when the service is back.
. "$(dirname "$0")/lib.sh"
nginx_serves
under connection-refused curl -sS "$url/"
expect 7
says err "connect to server"
struck 'fault("down")["errors"] == {"ECONNREFUSED": 1}'
sed 's/^peer.*/&\nmax_triggers = 2/' "$CONFIG/connection-refused.toml" >plan.toml
faultline run -c plan.toml --report -o report.json -- curl -sS --retry 3 --retry-delay 1 --retry-connrefused "$url/"
expect 0
says out small
struck 'fault("down")["triggered"] == 2' 'fault("down")["matched"] == 3'
