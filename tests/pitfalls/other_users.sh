# A tree that becomes other users before it executes another program: the plan, the library and the records serve each of
# them, whatever the modes of the files that the user named, and strangers can neither find nor list them.
. "${0%/*}/../cli/lib.sh"
[ "$(id -u)" = 0 ] || skip 'only root can become somebody else'
command -v setpriv >/dev/null || skip 'there is no setpriv'
chmod 755 .
program host <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <unistd.h>
int main(void)
{
    int struck = 0;
    for (int i = 0; i < 5; ++i) struck += fsync(-7) == -1 && errno == EIO;
    return struck;
}
END2
printf '[[fault]]\nname = "f"\nfunctions = "fsync"\ntype = "errno"\nerrno = "EIO"\non = "2.."\n' >plan.toml
chmod 600 plan.toml
mkdir hidden && cp "$LIB" hidden/libfaultline.so && chmod 700 hidden
as_another='setpriv --reuid=65534 --clear-groups'
umask 077
for library in "$LIB" "$PWD/hidden/libfaultline.so"; do
    export FAULTLINE_LIBRARY="$library"
    for plan in '-c plan.toml' '-f fsync:EIO,name=f,on=2..'; do
        faultline run $plan --report -o report.json -- $as_another ./host
        expect 4
        holds report.json 'd["faults"]["f"]["matched"] == 5' 'd["faults"]["f"]["triggered"] == 4' \
            'len([e for p in d["processes"] for e in p["events"]]) == 4' 'not d["warnings"]' '"problems" not in d'
        rm -rf fault-stats.* "${TMPDIR:?}"/*
    done
done
# What strangers see of it: a directory that they can enter and not list, and in it no name that they know.
faultline run -f 'fsync:EIO' -- sh -c 'stat -c "%a %n" "${FAULT_RUN%/*}" "$FAULT_RUN" "$FAULT_RUN"/*; '"$as_another"' ls "${FAULT_RUN%/*}"; '"$as_another"' ls "$FAULT_RUN"; exit 0'
expect 0
sed 's| .*/| |' out | grep -v fault-stats >modes
grep -q '^711 faultline-......$' modes || fail "$(cat out)"
grep -qE '^1733 [0-9a-f]{32}$' modes || fail "$(cat out)"
grep -qx '666 images' modes && grep -qx '666 reserve' modes && grep -qx '644 plan.toml' modes || fail "$(cat out)"
[ "$(grep -c 'Permission denied' err)" = 2 ] || fail 'somebody else can list it'
left_nothing
# Another user of the tree cannot have the command replace a file of root's.
mkdir open && chmod 777 open
echo precious >open/v
faultline run -f 'fsync:EIO' -- $as_another sh -c 'cp "$FAULT_RUN/fault-stats.$$.0.1.json.live" open/v.live &&
    printf "%s\t0.9\t%s\t%s\n" $$ "$PWD/open/v.live" "$PWD/open/v" >>"$FAULT_RUN/images"; ./host; exit 6'
expect 6
[ -f open/v.live ] || fail 'the other user could not lay the trap'
[ "$(cat open/v)" = precious ] || fail 'the victim was replaced'
