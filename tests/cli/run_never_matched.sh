# A fault that met no call is a warning: a test that passes because nothing was injected proves nothing.
. "${0%/*}/lib.sh"
writer
faultline run -f 'write:EIO,name=struck' -f 'connect:ECONNREFUSED,name=idle' -o report.json -- ./writer a
expect 1
says err "warning: fault 'idle' never matched"
says_not err "fault 'struck' never"
holds report.json "d['warnings'] == [\"fault 'idle' never matched\"]"
