# Names are not found: curl and python3 say so, each in its way.
. "$(dirname "$0")/lib.sh"
needs curl
under dns-failure curl -sS http://name.test/
expect 6
says err "Could not resolve host: name.test"
struck 'fault("no-such-name")["triggered"] >= 1' 'all(e["errno"].startswith("EAI_") for e in events)'
under dns-failure python3 -c 'import socket; socket.getaddrinfo("localhost", 80)'
expect 1
says err "socket.gaierror"
