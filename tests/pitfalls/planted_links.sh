# Records are their user's alone: mode 0600 whatever the umask, and never through a link that another user planted where they go,
# symbolic or hard, for the statistics, the ledger or the temporary file; nor is a file of another kind overwritten in place.
. "${0%/*}/../cli/lib.sh"
printf '[[fault]]\nname = "f"\nfunctions = "write"\ntype = "errno"\nerrno = "EIO"\n[stats]\nfile = "dir/s.json"\n' >plan.toml
writer
sound() { # the program ran as it should have, and the victim is as it was
    [ "$(cat victim)" = precious ] || fail "$1: the victim was written to"
    [ "$(stat -c %a victim)" = 644 ] || fail "$1: the victim's mode is $(stat -c %a victim)"
}
strike() {
    status=0
    (umask 0 && FAULT_CONFIG=plan.toml LD_PRELOAD=$LIB exec "$@") >out 2>err || status=$?
}
for name in s.json s.json.live s.json.tmp; do
    for kind in symbolic dangling hard; do
        rm -rf dir elsewhere && mkdir dir
        echo precious >victim
        chmod 644 victim
        case $kind in
        symbolic) ln -s "$PWD/victim" dir/$name ;;
        dangling) ln -s "$PWD/elsewhere" dir/$name ;;
        hard) ln victim dir/$name ;;
        esac
        strike ./writer a b
        expect 2
        sound "$kind $name"
        [ ! -e elsewhere ] || fail "$kind $name: a file was made where the link leads"
        [ "$(find dir -type f -name s.json -perm 600 -links 1)" = dir/s.json ] || fail "$kind $name: $(ls -la dir)"
        [ "$(ls dir)" = s.json ] || fail "$kind $name: more is left: $(ls -la dir)"
    done
done
rm -rf dir && mkdir dir
strike sh -c './writer a; kill -KILL $$'
expect 137
[ "$(find dir -name '*.live' -perm 600)" = dir/s.json.live ] || fail "the ledger: $(ls -la dir)"
for name in s.json s.json.live s.json.tmp; do # directories and pipes of others: no process waits for them
    rm -rf dir && mkdir dir && mkfifo dir/$name
    strike timeout 10 ./writer a b
    expect 2
    rm -rf dir && mkdir -p dir/$name/full
    strike timeout 10 ./writer a b
    expect 2
    [ -d dir/$name/full ] || fail "the directory $name is gone"
done
# Root may name what must never be replaced by a file.
rm -rf dir && mkdir dir && mkfifo dir/pipe && ln -s pipe dir/link
for name in pipe link; do
    export FAULT_STATS="dir/$name"
    strike ./writer a b
    expect 2
    says err 'it is a device, pipe or socket'
    faultline run -c plan.toml -- ./writer a b
    expect 2
    [ -p dir/pipe ] && [ -L dir/link ] || fail "$name was replaced: $(ls -la dir)"
    [ "$(ls dir | wc -l)" = 2 ] || fail "$name: something is left: $(ls dir)"
done
# That is said once in a tree, and no child leaves anything beside it: no name is made of the pattern.
for name in dir/pipe /dev/null; do
    export FAULT_STATS=$name
    strike sh -c './writer a; ./writer b; (./writer c)'
    [ "$(grep -c 'it is a device, pipe or socket' err)" = 1 ] || fail "$name: said $(grep -c device err) times"
    faultline run -c plan.toml --report -o report.json -- sh -c './writer a; ./writer b; exit 0'
    holds report.json 'd["faults"]["f"]["triggered"] >= 2'
    [ "$(ls -d dir/pipe* /dev/null*)" = "$(printf '/dev/null\ndir/pipe')" ] || fail "left: $(ls -d dir/* /dev/null*)"
    [ -c /dev/null ] && [ -p dir/pipe ] || fail "$name was replaced"
done
left_nothing
