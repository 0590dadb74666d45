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
terminal env TERM=dumb "$FAULTLINE" report report.json
says_not out "$escape"
# Progress is a line on a terminal that is no wider than it, and goes; elsewhere, and where it is asked to be quiet, there is none.
faultline explore -w . -o explored --try oom --sample 60 -- sleep 0
says_not err 'points'
narrow 0 40 "$FAULTLINE" explore -w . -o explored --try oom --sample 12 -- sleep 0.1 # longer than the line waits
says out ' of '
says out '/s'
/usr/bin/python3 - <<'END' || fail 'a line of progress is wider than the terminal, or stays'
import re
seen = open("out", encoding="utf-8", newline="").read()
lines = re.findall("\r\x1b\\[K([^\r\n]*)", seen)
assert len(lines) > 2 and max(map(len, lines[:-1])) < 40, lines
END
narrow 0 40 "$FAULTLINE" explore -q -w . -o explored --try oom --sample 60 -- sleep 0
says_not out '/s'
narrow 0 60 "$FAULTLINE" list groups
[ "$(tr -d '\r' <out | awk '{ if (length > most) most = length } END { print most }')" -le 60 ] || fail 'words are not wrapped at the width'
# --json wherever text is the default, and not beside another format.
printf '[[fault]]\nname = "w"\nfunctions = ["write"]\ntype = "errno"\nerrno = "EIO"\n' >plan.toml
for words in 'list read' 'explain /bin/true' 'report report.json' 'explore -q -w . -o explored --try oom --sample 20 -- cat report.json' 'check plan.toml'; do
    # shellcheck disable=SC2086 # words are wanted
    faultline ${words%% *} --json ${words#* }
    holds out 'd'
done
faultline report --json --format html report.json
expect 125
