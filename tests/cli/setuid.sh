# The loader ignores LD_PRELOAD in setuid programs and those with capabilities: refused, and explained.
. "${0%/*}/lib.sh"
[ "$(id -u)" = 0 ] || skip 'only root can make a program setuid to somebody else'
program privileged <<'END' || fail "cc: $(cat privileged.log)"
#include <sys/auxv.h>
int main(void) { return getauxval(AT_SECURE) != 0 ? 9 : 0; }
END
chown 12345 privileged
chmod 4755 privileged
./privileged && skip 'setuid means nothing here (nosuid)'
faultline run -f 'write:EIO' -- ./privileged
expect 125
says err 'faultline: ./privileged: it is setuid: the loader ignores LD_PRELOAD there'
faultline explain ./privileged
expect 2
says out 'preloading does not work'
says out 'It is setuid: the loader ignores LD_PRELOAD there.'
says out 'Run a copy without the privileges'

chmod 0755 privileged
chgrp 12345 privileged
chmod 2755 privileged
faultline run -f 'write:EIO' -- ./privileged
expect 125
says err 'it is setgid'

chmod 0755 privileged
faultline run -f 'write:EIO' -- ./privileged
expect 0
# A script's own bits mean nothing.
printf '#!/bin/sh\nexit 3\n' >script
chown 12345 script
chmod 4755 script
faultline run -f 'write:EIO' -- ./script
expect 3
