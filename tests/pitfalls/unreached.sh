# Children that the loader preloads nothing into run as they would have, and are named in their parent's record and in the
# summary: static, musl, set-user-ID, another processor, an environment without LD_PRELOAD, another root. Once for a program.
. "${0%/*}/../cli/lib.sh"
says_ran='ran without faults:'
printf 'int main(void) { return 5; }\n' >five.c
${CC:-cc} five.c -o five || fail 'cc'
${CC:-cc} -static five.c -o static 2>static.log || skip 'there is no static libc'
printf '#!%s\n' "$PWD/static" >script
cp static other && printf '\xb7' | dd of=other bs=1 seek=18 conv=notrunc 2>/dev/null # the machine, in its head
[ "$(uname -m)" = aarch64 ] && printf '\x3e' | dd of=other bs=1 seek=18 conv=notrunc 2>/dev/null
chmod 755 script other
each='./static; ./static; ./script; static; ./five; env -i ./five; ./missing; ./other'
PATH="$PWD:$PATH" faultline run -f 'fsync:EIO' --report -o report.json -- sh -c "$each; exit 3"
expect 3
says err "warning: ./static $says_ran it is statically linked"
says err "warning: ./script $says_ran it is statically linked"
says err "warning: $PWD/static $says_ran it is statically linked"
says err "warning: ./five $says_ran LD_PRELOAD or FAULT_CONFIG was taken out of its environment"
says_not err 'missing ran'
[ "$(grep -c "\./static $says_ran" err)" = 1 ] || fail 'a program is named twice'
says_not err 'other ran' # the kernel refused it
holds report.json 'sum("./static ran without faults" in w for p in d["processes"] for w in p["warnings"]) == 1'
# Through posix_spawn, and by its descriptor.
program starter <<'END2' || fail "cc: $(cat starter.log)"
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
extern char** environ;
int main(int argc, char** argv)
{
    int status = 0;
    pid_t pid = 0;
    if (strcmp(argv[1], "spawn") == 0 && posix_spawn(&pid, argv[2], 0, 0, argv + 2, environ) != 0) return 9;
    if (strcmp(argv[1], "fexecve") == 0 && (pid = fork()) == 0) return fexecve(open(argv[2], O_RDONLY), argv + 2, environ);
    if (strcmp(argv[1], "chroot") == 0 && (pid = fork()) == 0) return chroot(".") == 0 ? execv(argv[2], argv + 2) : 77;
    wait(&status);
    return WEXITSTATUS(status);
}
END2
faultline run -f 'fsync:EIO' -- ./starter spawn ./static
expect 5
says err "./static $says_ran it is statically linked"
faultline run -f 'fsync:EIO' -- ./starter fexecve ./static
expect 5
says err "$PWD/static $says_ran it is statically linked"
faultline run -f 'fsync:EIO' -- ./starter spawn ./five
expect 5
says_not err "$says_ran"
# Only those that the plan is about.
printf 'programs = ["sh", "five"]\n[[fault]]\nname = "f"\nfunctions = "fsync"\ntype = "errno"\nerrno = "EIO"\n' >plan.toml
FAULT_STATS=/dev/null faultline run -c plan.toml -- sh -c './static; ./five'
expect 5
says_not err "$says_ran"
if [ "$(id -u)" = 0 ]; then
    cp five setuid && chown 12345 setuid && chmod 4755 setuid
    faultline run -f 'fsync:EIO' -- sh -c './setuid; exit 4'
    expect 4
    says err "./setuid $says_ran it is set-user-ID or has capabilities"
    faultline run -f 'fsync:EIO' -- ./starter chroot /static
    [ "$status" = 77 ] || { expect 5 && says err "/static $says_ran"; }
else
    echo 'skipped: set-user-ID and chroot need root'
fi
# musl's loader would end the program, had it been given the library's plain path.
if command -v musl-gcc >/dev/null; then
    musl-gcc five.c -o musl
    faultline run -f 'fsync:EIO' -- sh -c './musl; exit $?'
    expect 5
    says err "./musl $says_ran it runs on musl libc"
    status=0
    LD_PRELOAD=$LIB FAULT_CONFIG=plan.toml FAULT_STATS="$PWD/s.json" sh -c './musl; exit $?' 2>err || status=$?
    expect 5
    faultline run -f 'fsync:EIO' -- ./starter spawn ./musl
    expect 5
    # Nor had another one in between given it to it; and what a musl program starts is struck again.
    printf '#include <unistd.h>\nint main(int c, char** v) { return execv(v[1], v + 1); }\n' >starts.c
    ${CC:-cc} -static starts.c -o static-starts && musl-gcc starts.c -o musl-starts
    faultline run -f 'fsync:EIO' -- sh -c './static-starts ./musl; exit $?'
    expect 5
    writer
    faultline run -f 'write:EIO,on=1' -- sh -c './musl-starts ./writer a; exit $?'
    expect 1
    says err 'a: EIO'
else
    echo 'skipped: there is no musl-gcc (Debian: musl-tools)'
fi
