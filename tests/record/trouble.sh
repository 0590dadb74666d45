#!/bin/sh
# usage: trouble.sh CHECK
# When there can be no recording, the program goes on as if it were not watched, and the user is told why.
# shellcheck disable=SC2016 # the scripts expand in the shells that run them
set -eu
check=$1
work=$(mktemp -d "$PWD/record.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/root" "$work/recording"
cd "$work/root"

# recorded STATUS TEXT COMMAND…: it ends so, and says so.
recorded() {
    expected=$1 text=$2
    shift 2
    status=0
    "$check" "$work/recording" "$work/root" "$@" >"$work/out" 2>"$work/err" || status=$?
    if [ "$status" != "$expected" ] || ! grep -q "$text" "$work/err"; then
        echo "$status, not $expected:"
        cat "$work/out" "$work/err"
        exit 1
    fi
}

# The supervisor is killed by what it records: the shell's parent is the checker, whose other child it is.
recorded 98 'was killed; from then on everything passed, and the run is void' sh -c '
    echo before >a
    for stat in /proc/[0-9]*/stat; do
        if read -r id name _ parent _ <$stat 2>/dev/null && [ "$name" = "(faultline-door)" ] && [ "$parent" = $PPID ]; then kill -9 $id; fi
    done
    echo after >b; cat a b'
printf 'before\nafter\n' | cmp - "$work/out"
recorded 98 'No such file or directory' ./not-there
printf '#!/nowhere/interpreter\n' >script
chmod +x script
recorded 98 'script: No such file or directory' ./script
recorded 137 '^$' sh -c 'echo >&2; kill -9 $$'
rmdir "$work/recording" 2>/dev/null || rm -r "$work/recording"
recorded 98 'has to be there' true
