# Colours go to terminals only, and not where NO_COLOR is set.
. "${0%/*}/lib.sh"
writer
escape=$(printf '\033')
faultline run -f 'write:EIO' -f 'connect:EIO' -o report.json -- ./writer a
says_not err "$escape"
faultline report report.json
says_not out "$escape"
[ -x /usr/bin/python3 ] || skip "python3, which makes a terminal here, is not installed"
terminal() { # runs a command on a terminal of its own
    /usr/bin/python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null >out
}
terminal "$FAULTLINE" report report.json
says out "$escape"
terminal env NO_COLOR=1 "$FAULTLINE" report report.json
says_not out "$escape"
