# --version names the version, and the commit where the sources are a git repository's.
. "${0%/*}/lib.sh"
faultline --version
expect 0
grep -Eqx 'faultline [0-9]+\.[0-9]+\.[0-9]+( \([0-9a-z.-]+\))?' out || fail 'another form'
# shellcheck disable=SC2154 # of lib.sh
source=$(cd "$shared/../.." && pwd)
{ [ -e "$source/.git" ] && command -v git >/dev/null; } || skip 'no git here'
commit=$(sed -n 's/.* (\(.*\))$/\1/p' out)
[ -n "$commit" ] || fail 'no commit'
# The one that was built, which need not be the newest.
git -c safe.directory='*' -C "$source" cat-file -e "$commit^{commit}" || fail "there is no commit $commit"
