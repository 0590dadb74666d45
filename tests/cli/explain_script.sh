# explain follows a script to its interpreter, also through env.
. "${0%/*}/lib.sh"
printf '#!/bin/sh\n' >script && chmod +x script
faultline explain ./script
expect 0
says out "./script: preloading works"
says out '  ./script is run by /bin/sh'
says out 'Programs that the script starts are struck as well'
printf '#!/usr/bin/env -S sh -e\n' >script
faultline explain --format json ./script
cp out script.json
holds script.json 'd["scripts"] == ["./script", "/usr/bin/env"]' 'd["program"].endswith("/sh")' '"fork" in d["covered"]'
printf '#!/nowhere/sh\n' >script
faultline explain ./script
expect 2
says out 'Its interpreter /nowhere/sh cannot be used: there is no such file.'
