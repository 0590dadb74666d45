# list NAME… shows all that is known of a function, a group, an error or a type; unknown ones get a suggestion.
. "${0%/*}/lib.sh"
faultline list read
expect 0
grep -Eq '^  family +io$' out || fail 'no family'
grep -Eq '^  twins .*__read_chk' out || fail 'no twins'
grep -Eq '^  errors .*EIO' out || fail 'no errors'
grep -Eq '^  by name only .*EBADF' out || fail 'no programming errors'
grep -Eq '^  fault types .*corruption short' out || fail 'no types'
grep -q '^  selectors *fd path fd_kind peer size caller site thread program lineage after_fault$' out || fail 'other selectors'
faultline list open
grep -q '^  selectors *path flags caller site thread program lineage after_fault$' out || fail 'other selectors of open'
faultline list functions __read_chk connect
grep -q '^read$' out || fail 'a twin is not known as its function'
grep -q '^connect$' out || fail 'the second one is missing'
faultline list --format json connect
cp out connect.json
holds connect.json 'len(d) == 1' '"ECONNREFUSED" in d[0]["errnos"]' \
    '"peer" in d[0]["selectors"] and "size" not in d[0]["selectors"]' \
    '"timeout" in d[0]["types"] and "corruption" not in d[0]["types"]'
faultline list @sync
says out 'fsync'
says_not out 'read'
faultline list ENOSPC
says out 'No space left on device'
faultline list errnos EIO
says_not out 'ENOSPC'
faultline list short
says out 'fraction'
says_not out 'corruption'
faultline list raed
expect 125
is err "faultline: unknown function 'raed' (did you mean 'read'?)"
faultline list types shrot
expect 125
is err "faultline: unknown type 'shrot' (did you mean 'short'?)"
faultline list free
expect 125
says err 'faultline: free is left out on purpose: '
