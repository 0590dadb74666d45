# --version names the version, and the commit where the sources are a git repository's.
. "${0%/*}/lib.sh"
faultline --version
expect 0
grep -Eqx 'faultline [0-9]+\.[0-9]+\.[0-9]+( \([0-9a-z.-]+\))?' out || fail 'another form'
# shellcheck disable=SC2154 # of lib.sh
source=$(cd "$shared/../.." && pwd)
commit=$(git -c safe.directory='*' -C "$source" describe --always --abbrev=12 2>/dev/null) || skip 'no git here'
[ -e "$source/.git" ] || skip 'no git here'
says out "($commit)"
