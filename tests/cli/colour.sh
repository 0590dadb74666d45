# Colours go to terminals only, and not where NO_COLOR is set.
. "${0%/*}/lib.sh"
writer
escape=$(printf '\033')
faultline run -f 'write:EIO' -f 'connect:EIO' -o report.json -- ./writer a
says_not err "$escape"
faultline report report.json
says_not out "$escape"
command -v script >/dev/null || exit 0 # util-linux's, for a terminal
script -qec "'$FAULTLINE' report report.json" /dev/null </dev/null >out
says out "$escape"
NO_COLOR=1 script -qec "'$FAULTLINE' report report.json" /dev/null </dev/null >out
says_not out "$escape"
