# `faultline powerloss --mutate-syncs` leaves each sync out in turn: one that a check notices is needed, and one of which no
# state tells is named; what the first search has checked is not checked again.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
cat >replace.py <<'PY'
import os
f = os.open('t', os.O_CREAT | os.O_WRONLY); os.write(f, b'new\n'); os.fsync(f); os.fdatasync(f); os.close(f); os.rename('t', 'f')
d = os.open('.', 0); os.fsync(d)
PY
mkdir counts
export COUNTS="$PWD/counts"
search() { # CHECK OPTION…: in d, whose file is as it was
    rm -rf d && mkdir d && echo old >d/f
    check=$1
    shift
    status=0
    env -C d "$FAULTLINE" powerloss -q -o ../o --model ext4,ext4-noauto,posix --check "echo >>\"\$COUNTS/\$\$\"; $check" \
        "$@" -- python3 ../replace.py >out 2>err </dev/null || status=$?
}
syncs() { placeless out | grep '^sync-' | sed "s|$PWD/||g"; }

# Of two syncs in a row each alone is not needed. The directory's is, once the exit is a promise.
# shellcheck disable=SC2016 # for the shell that it runs
full='x=$(cat f); test "$x" = new && exit 0; test "$x" = old || exit 11; test ! -s "$FAULT_ACKED" || exit 10'
search "$full" --mutate-syncs
expect 0
cat >expected <<'END'
sync-not-noticed       #3 fsync d/t: no state that is possible without it fails: it is not needed, or the check is blind to it
sync-not-noticed       #4 fdatasync d/t: no state that is possible without it fails: it is not needed, or the check is blind to it
sync-needed            #7 fsync d: without it acknowledged-data-lost, where #6 rename d/f is lost  [ext4, ext4-noauto, posix]
END
syncs | cmp - expected || fail "the syncs are not as they should be: $(syncs)"
holds o/powerloss.json '[len(s["models"]) for s in d["syncs"]] == [0, 0, 3]' 'd["syncs"][2]["class"] == "acknowledged-data-lost"'
faultline report o
says out 'note: #3 fsync'

# With one sync of the file it is needed, where the rename does not flush.
sed -i 's/os.fdatasync(f); //' replace.py
search "$full" --mutate-syncs -j 3
expect 0
cat >expected <<'END'
sync-needed            #3 fsync d/t: without it corrupt, where #2 write d/t is lost  [ext4-noauto, posix]
sync-needed            #6 fsync d: without it acknowledged-data-lost, where #5 rename d/f is lost  [ext4, ext4-noauto, posix]
END
syncs | cmp - expected || fail "the syncs are not as they should be: $(syncs)"

# A check that looks at nothing notices nothing, and what it has seen once it does not see again.
search 'exit 0' --mutate-syncs
expect 0
[ "$(syncs | grep -c '^sync-not-noticed .* blind')" = 2 ] || fail 'a blind check is not told'
rm counts/*
search 'exit 0' --mutate-syncs --resume
[ -z "$(ls counts)" ] || fail 'what was checked is checked again'
search "$full" --mutate-syncs --shard 1/2
expect 125
# Without the option nothing is said of syncs.
search "$full"
expect 0
[ -z "$(syncs)" ] || fail 'syncs without --mutate-syncs'
