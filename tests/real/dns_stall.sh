# The name server does not answer: curl gives up by its own limit.
. "$(dirname "$0")/lib.sh"
needs curl
under dns-stall curl -sS --connect-timeout 1 http://name.test/
expect 28
says err "Resolving timed out"
struck 'events[0]["target"] == "getaddrinfo" and events[0]["delay"] == 5'
