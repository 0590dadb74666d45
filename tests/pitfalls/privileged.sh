# P33: a set-user-ID program that is linked with the library, so that no loader keeps it out: it stays inert, whatever the
# environment says, and writes nothing. The same program without the bit is struck.
. "${0%/*}/../cli/lib.sh"
[ "$(id -u)" = 0 ] || skip 'only root can make a program setuid to somebody else'
chmod 755 "$work"
cp "$LIB" libfaultline.so
program host -Wl,--no-as-needed "$PWD/libfaultline.so" -Wl,-rpath,"$PWD" <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>
int main(void)
{
    const int struck = fsync(-5) == -1 && errno == EIO;
    printf("secure %d struck %d lineage %d\n", getauxval(AT_SECURE) != 0, struck, getenv("FAULT_LINEAGE") != 0);
    return 0;
}
END2
printf 'arm = "load"\n[[fault]]\nname = "f"\nfunctions = "fsync"\ntype = "errno"\nerrno = "EIO"\n' >plan.toml
echo 'nonsense = 1' >bad.toml
mkdir open && chmod 777 open
export FAULT_CONFIG="$PWD/plan.toml" FAULT_STATS="$PWD/open/stats.json" FAULT_RUN="$PWD/open"
setpriv --reuid 65534 --regid 65534 --clear-groups ./host >out || skip 'there is no setpriv, or no way here for nobody'
is out 'secure 0 struck 1 lineage 1'
[ -s open/stats.json ] || fail 'no statistics of the unprivileged program'
rm -f open/*
chown 12345 host
chmod 4755 host
[ "$(setpriv --reuid 65534 --regid 65534 --clear-groups ./host | cut -c 1-8)" = 'secure 1' ] || skip 'setuid means nothing here (nosuid)'
for plan in plan.toml bad.toml missing.toml; do
    FAULT_CONFIG=$PWD/$plan setpriv --reuid 65534 --regid 65534 --clear-groups ./host >out 2>err || fail "$plan: status $?"
    is out 'secure 1 struck 0 lineage 0'
    is err ''
done
[ -z "$(ls -A open)" ] || fail "it wrote $(ls -A open)"
