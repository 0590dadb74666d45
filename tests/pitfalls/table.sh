# table.md names a test for every pitfall, and every test that it names exists: ctest's, and unit tests, which may be of
# another build.
. "${0%/*}/../cli/lib.sh"
table=${0%/*}/table.md
ctest --test-dir "$(dirname "$FAULTLINE")" -N | sed -n 's/.*Test *#[0-9]*: //p' >tests || fail 'there is no list of tests'
sed -nE 's/^TEST(_F|_P)?\((\w+), *(\w+)\).*/\2.\3/p' "${0%/*}"/../unit/*_test.cpp >>tests
[ "$(wc -l <tests)" -gt 800 ] || fail "$(wc -l <tests) tests only"
grep -o '`[A-Za-z0-9]*\.[A-Za-z0-9_-]*`' "$table" | tr -d '`' | sort -u >named
for name in $(cat named); do
    grep -qxF "$name" tests || fail "the table names $name, which is no test"
done
for number in $(seq 40); do
    line=$(grep "^| P$number |" "$table") || fail "P$number has no line"
    case $number in # those whose reason stands in words
    8 | 37 | 38) continue ;;
    esac
    echo "$line" | grep -q '`[A-Za-z0-9]*\.[A-Za-z0-9_-]*`' || fail "P$number has no test"
done
for script in "${table%/*}"/*.sh; do
    name=pitfalls.$(basename "$script" .sh)
    [ "$name" = pitfalls.table ] || grep -qx "$name" named || fail "the table does not speak of $name"
done
