# Connections lead nowhere: who does not wait in connect() never hears of it, who does waits until a signal ends it.
. "$(dirname "$0")/lib.sh"
nginx_serves
under blackhole curl -sS --connect-timeout 1 "$url/"
expect 28
struck 'fault("no-answer")["triggered"] == 1'
under blackhole python3 -c '
import signal, socket, sys
signal.setitimer(signal.ITIMER_REAL, 0.2)
signal.signal(signal.SIGALRM, lambda *_: sys.exit("interrupted"))
socket.socket().connect(("127.0.0.1", int(sys.argv[1])))' "$port"
expect 1
says err interrupted
struck 'events[0]["target"] == "connect"'
