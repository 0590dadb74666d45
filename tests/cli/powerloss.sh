# The disks that a power cut could have left, from one run: what each kind of update of a file risks, and what it does not.
. "${0%/*}/lib.sh"
unshare -mpf true 2>/dev/null || unshare -Umpf true 2>/dev/null || skip 'no namespaces here'
all=prefix,unsynced-data,ext4,ext4-noauto,ext4-race,posix
# shellcheck disable=SC2016 # for the shell that it runs
check='x=$(cat f); test "$x" = new || test -s "$FAULT_ACKED" && test "$x" = old && exit 10
       test "$x" = new || test "$x" = old || exit 11'
found() { grep -q "^$1 .*$2.*\[$3\]" out || fail "there is no $1 of $2 in $3"; }
mkdir d && cd d

# In place: a kill is enough.
echo old >f && echo new >g
faultline powerloss -q -o ../o --check "$check" -- cp g f
expect 1
found corrupt 'a kill' prefix
placeless out | grep -q '/d/f must be atomic: write the new content to another file' || fail 'it is not told that the file must be atomic'
{ faultline powerloss -o ../o show 1 && [ -f ../o/state-1/0/g ]; } || fail 'no state is laid out'

# The results lie where nothing else is said: below the files that are followed, and do not count among them. Twice, as the
# first leaves some; and the recording can still be searched.
for _ in first second; do
    echo old >f
    faultline powerloss -q --model prefix --check "$check" -- cp g f
    expect 1
done
faultline powerloss -q --check "$check" check faultline-powerloss/recording
expect 1
rm -r faultline-powerloss

# Written beside, and renamed over it: whole on ext4 as it is mounted by default, empty without auto_da_alloc.
cat >../replace.py <<'PY'
import os, sys
f = os.open('t', os.O_CREAT | os.O_WRONLY); os.write(f, b'new\n')
if 'sync' in sys.argv: os.fsync(f)
os.close(f); os.rename('t', 'f')
if 'sync' in sys.argv: os.fsync(os.open('.', 0))
PY
echo old >f
faultline powerloss -q -o ../o --model ext4-noauto --check "$check" -- python3 ../replace.py
expect 1
found corrupt 'lost: #2 write .*on disk: .*rename' ext4-noauto
placeless out | grep -q '#2 write [^ ]*/t must be durable before #4 rename [^ ]*/f: fsync [^ ]*/t after #2 and before #4$' || fail 'the fix is not told'
faultline powerloss -q -o ../o --check "$check" check ../o/recording
{ grep -q '^corrupt.*\[ext4' out && grep -q '^acknowledged-data-lost.*rename.*\[ext4' out; } || fail 'no second search of the recording'

faultline powerloss -q -o ../race --model ext4,ext4-race --check "$check" check ../o/recording
found corrupt 'lost: #2 write' ext4-race

grep -A1 '^acknowledged-data-lost' out | grep -q "after 5 to 5 operations, 'exit 0' was said" || fail 'the place is not told'

# With both syncs it is clean in every model. Without a check, what is beside the file has to be as it was at some moment too:
# posix allows a size without its data there.
echo old >f
faultline powerloss -q -o ../o --model $all --check "$check" -- python3 ../replace.py sync
expect 0
echo old >f
faultline powerloss -q -o ../o -- python3 ../replace.py sync
expect 0
rm -f t && echo old >f
faultline powerloss -q -o ../o --model posix -- python3 ../replace.py sync
expect 1
found corrupt 'lost: #2 write' posix

# What was there and holds no bytes is in the states from before it was removed.
mkdir old && mkfifo pipe
faultline powerloss -q -o ../o --model prefix --check '[ -d old ] || [ ! -p pipe ]' -- sh -c 'rm pipe && rmdir old'
expect 0
grep -q 'prefix 3' out || fail 'there are not three states'

# A check that fails after the run, or files that are not as the run left them: no verdict.
echo old >f
faultline powerloss -q -o ../o --check false -- python3 ../replace.py
expect 124
grep -q 'fails on the state after the run' err || fail 'it is not told that the check fails there'
echo other >f
faultline powerloss -q -o ../o check ../o/recording
expect 124
grep -q '^not-measured .*/f: ' out || fail 'the changed file is not named'
faultline powerloss show 1 2
expect 125
faultline powerloss --model ext5 -- true
expect 125
grep -q "there is no 'ext5'" err || fail 'the model is not named'
