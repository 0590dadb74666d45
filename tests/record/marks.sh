#!/bin/sh
# usage: marks.sh CHECK FAULTLINE LIBRARY
# What a command says on its standard output, and by faultline mark, is recorded in its place among what it did, line by
# line, though several processes wrote the pieces; and faultline mark says when no recorder hears it.
set -eu
check=$1 faultline=$2
export FAULTLINE_LIBRARY="$3" PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$(dirname "$(readlink -f "$0")")/../../python
export PYTHONPATH
work=$(mktemp -d "$PWD/record.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/root" "$work/recording"
cd "$work/root"
"$check" --print "$work/recording" "$work/root" sh -c '
    : >a
    printf "one "; (printf "line\ntwo\n"); printf "never an ack\n" >&2; printf "neither\n" >b
    '"$faultline"' mark "it is stored"
    python3 -c "import faultline; assert faultline.ack(\"from Python\")"
    : >c; cat <b >/dev/null' 2>"$work/err" | cat >"$work/out"
printf 'one line\ntwo\n' | cmp - "$work/out"
grep -E '^(create|acknowledge)' "$work/err" >"$work/seen"
diff -u - "$work/seen" <<'END'
create a 100644
acknowledge one line
acknowledge two
create b 100644
acknowledge it is stored
acknowledge from Python
create c 100644
END
status=0
env -u FAULT_RECORDING "$faultline" mark x 2>"$work/err" || status=$?
[ "$status" = 125 ]
grep -q 'nothing is being recorded here' "$work/err"
python3 -c 'import faultline; assert not faultline.ack("unheard")'
status=0
FAULT_RECORDING="$work/recording/mark" "$faultline" mark x 2>"$work/err" || status=$?
[ "$status" = 125 ]
grep -q 'No such file' "$work/err"
