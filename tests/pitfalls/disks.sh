# P29: a disk that is full from the start, or becomes so; a directory, or a file system, that cannot be written to; a limit on
# the size of files. The program does as it would have done, and what is lost of the record, if anything, is said.
. "${0%/*}/../cli/lib.sh"
program host -pthread <<'END2' || fail "cc: $(cat host.log)"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static void* strike(void* times)
{
    for (long i = 0; i < (long)times; ++i)
        if (fsync(1) != -1 || errno != EIO) _exit(9);
    return 0;
}
int main(int argc, char** argv)
{
    static const char block[4096];
    strike((void*)10);
    if (argc > 1) { // fills the disk
        const int fd = open(argv[1], O_WRONLY | O_CREAT, 0600);
        while (write(fd, block, sizeof block) > 0) {}
        while (write(fd, block, 1) > 0) {}
    }
    if (argc > 2) { // a child that begins when it is full
        int status = 0;
        if (fork() == 0) _exit(strike((void*)5) == 0 ? 5 : 9);
        wait(&status);
        return WEXITSTATUS(status);
    }
    pthread_t threads[30];
    for (int i = 0; i < 30; ++i) pthread_create(&threads[i], 0, strike, (void*)30);
    for (int i = 0; i < 30; ++i) pthread_join(threads[i], 0);
    return 4;
}
END2
printf '[[fault]]\nname = "f"\nfunctions = "fsync"\ntype = "errno"\nerrno = "EIO"\n' >plan.toml
if [ "${1:-}" != inside ]; then
    # Whatever the size at which growing ends, from nothing to enough.
    for kib in 0 1 4 16 40 80 200 100000; do
        status=0
        prlimit --fsize=$((kib * 1024)) env LD_PRELOAD="$LIB" FAULT_CONFIG=plan.toml FAULT_STATS="$PWD/s.json" ./host >out 2>err || status=$?
        expect 4
        record=$(ls s*.json* 2>/dev/null) || record=
        if [ -n "$record" ]; then
            "$FAULTLINE" report --format json $record >report.json || fail "$kib KiB: $record cannot be read"
            holds report.json 'd["faults"]["f"]["triggered"] == 910' 'd["faults"]["f"]["errors"] == {"EIO": 910}'
            [ $kib -lt 100000 ] || holds report.json 'len(d["processes"][0]["events"]) == 910'
        else
            [ $kib = 0 ] || says err 'the file size limit (ulimit -f) is too low' # 0: not even that can be said
        fi
        rm -f s*.json*
    done
    # The directory of another user, for the user nobody.
    if [ "$(id -u)" = 0 ] && cp "$LIB" lib.so && mkdir locked && chmod 755 . locked; then
        status=0
        setpriv --reuid 65534 --regid 65534 --clear-groups env LD_PRELOAD="$PWD/lib.so" FAULT_CONFIG="$PWD/plan.toml" \
            FAULT_STATS="$PWD/locked/s.json" "$PWD/host" >out 2>err || status=$?
        expect 4
        says err 'permission denied'
        [ -z "$(ls locked)" ] || fail 'something was written'
    fi
    mkdir disk
    unshare -m true 2>/dev/null || skip 'the rest needs a file system of its own (root, mount)'
    status=0
    unshare -m sh "$0" inside || status=$?
    exit $status
fi
mkdir -p disk
mount -t tmpfs -o size=256k none disk || skip 'the rest needs a file system of its own (tmpfs)'
armed() { # PROGRAM…: with its record on the disk
    status=0
    LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml FAULT_STATS="$PWD/disk/s.json" "$@" >out 2>err || status=$?
}
armed ./host disk/filler # full after the start: the ledger is the record, or the file
expect 4
rm disk/filler
"$FAULTLINE" report --format json disk/s.json* >report.json || fail "no record: $(ls -la disk)"
holds report.json 'd["faults"]["f"]["triggered"] == 910' \
    'len(d["processes"][0]["events"]) == 910 or d["processes"][0]["warnings"] and d["processes"][0]["events_dropped"] > 0'
rm -f disk/*
armed ./host disk/filler fork # the first fork finds it full: no room could be set aside, and that is said
expect 5
rm disk/filler
"$FAULTLINE" report --format json disk/s.json* >report.json || fail "no record: $(ls -la disk)"
holds report.json 'd["faults"]["f"]["triggered"] == 10' \
    'any(w.startswith("a forked child could keep no record") for w in d["warnings"])' \
    'not any("never matched" in w for w in d["warnings"])'
rm -f disk/*
status=0
FAULT_STATS="$PWD/disk/s.json" "$FAULTLINE" run -c plan.toml --report -o report.json -- ./host disk/filler fork >out 2>err || status=$?
expect 5 # under run it was set aside elsewhere
holds report.json 'd["faults"]["f"]["triggered"] == 15' 'd["stats"]["processes"] == 2' 'not d["warnings"]'
rm -rf disk/* "$TMPDIR"/*
dd if=/dev/zero of=disk/filler bs=4k 2>/dev/null || : # full before the start
armed ./host
expect 4
says err 'no space left on the device'
[ "$(ls disk)" = filler ] || fail "something is left: $(ls disk)"
status=0
FAULT_STATS="$PWD/disk/s.json" "$FAULTLINE" run -c plan.toml --report -o report.json -- ./host >out 2>err || status=$?
expect 4 # the run's own directory takes the record
holds report.json 'd["faults"]["f"]["triggered"] == 910' 'len(d["processes"][0]["events"]) == 910'
rm -rf "$TMPDIR"/* disk/filler
mount -o remount,ro disk
armed ./host
expect 4
says err 'the file system is read-only'
umount disk
