# What the tests of the command share. Each one is a script beside this file that sources it: it runs in a directory of its
# own, which is removed after, and fails at the first command that fails. FAULTLINE is the command, LIB the library; a
# missing means (root, a static libc) skips it: exit status 77.
set -eu
: "${FAULTLINE:?the path of the command}" "${LIB:?the path of libfaultline.so}"
unset LD_PRELOAD FAULT_CONFIG FAULT_SEED FAULT_STATS FAULT_DISABLE FAULT_RUN FAULTLINE_LIBRARY NO_COLOR
export LC_ALL=C
umask 022

shared=$(cd "${0%/*}/../e2e" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/tmp" "$work/here"
export TMPDIR="$work/tmp" # where a run makes its directory
cd "$work/here"

# fail TEXT: ends the test.
fail() {
    echo "FAILED: $*" >&2
    for file in out err; do
        [ ! -s $file ] || { echo "--- $file" && cat $file; } >&2
    done
    exit 1
}

skip() {
    echo "skipped: $*"
    exit 77
}

# needs_namespaces: what an exploration runs commands in; a user may have them where user namespaces are allowed.
needs_namespaces() {
    unshare --mount --pid --fork true 2>/dev/null || unshare --user --mount --pid --fork true 2>/dev/null ||
        skip "the kernel allows no namespaces here"
}

# faultline ARGUMENT…: runs the command; its outputs are in out and err, its exit status in $status.
faultline() {
    status=0
    "$FAULTLINE" "$@" >out 2>err </dev/null || status=$?
}

# as_nobody ARGUMENT…: the same without any privilege. needs_nobody comes before.
as_nobody() {
    status=0
    setpriv --reuid=65534 --regid=65534 --clear-groups "$FAULTLINE" "$@" >out 2>err </dev/null || status=$?
}
needs_nobody() {
    [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null || skip 'only root can give its privileges up'
    chmod 777 . "$TMPDIR"
    as_nobody list types
    [ "$status" = 0 ] || skip 'the command is out of reach for others'
}

# expect STATUS: that is how the last command ended.
expect() { [ "$status" = "$1" ] || fail "exit status $status instead of $1"; }

# says FILE TEXT / says_not FILE TEXT: whether the text stands somewhere in it; is FILE TEXT: whether it is all of it.
says() { grep -qF -e "$2" "$1" || fail "$1 does not say '$2'"; }
says_not() { ! grep -qF -e "$2" "$1" || fail "$1 says '$2'"; }
is() { [ "$(cat "$1")" = "$2" ] || fail "$1 is not '$2'"; }

# placeless FILE: what powerloss said, without where in the program it was: what is known of an interpreter differs.
placeless() { sed -E 's/ \([^()]*( in |\+0x| at )[^()]*\)//g; s/ from [^ ]+( at | \(|\+0x).*//' "$1"; }

# holds FILE EXPRESSION…: whether Python expressions are true of a JSON document, d.
holds() {
    python3 - "$@" <<'END' || fail "$1 does not hold what it should"
import json, sys
d = json.load(open(sys.argv[1]))
for expression in sys.argv[2:]:
    if not eval(expression):
        sys.exit(f"not so: {expression}\n{json.dumps(d, indent=1)[:4000]}")
END
}

# reports DIRECTORY PATH…: the report in every format, as DIRECTORY/report.FORMAT.
reports() {
    into=$1
    shift
    mkdir -p "$into"
    for format in text json html junit sarif; do
        faultline report --format $format -o "$into/report.$format" "$@"
        expect 0
        is out ''
    done
}

# narrow STATUS COLUMNS COMMAND…: its output, on a terminal of that width, is in out; needs /usr/bin/python3.
narrow() {
    /usr/bin/python3 - "$@" >out <<'END' || fail 'the terminal did not end well'
import fcntl, os, pty, struct, sys, termios
wanted, columns, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    os.execv(command[0], command)
seen = b""
try:
    while read := os.read(fd, 65536):
        seen += read
except OSError:
    pass
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != wanted)
END
}

# left_nothing: no run has left anything in the directory for temporary files.
left_nothing() { [ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"; }

# program NAME FLAG…: compiles the C program on standard input. "raw.h" has system calls that no library sees.
program() {
    name=$1
    shift
    { echo '#define _GNU_SOURCE' && cat; } >"$name.c"
    ${CC:-cc} -O1 -fno-builtin -I"$shared" "$name.c" -o "$name" "$@" 2>"$name.log" || return 1
}

# plugs: makes a program that calls by two libraries in turn, of which each lies where the other one did. It prints where.
plugs() {
    printf '#include <unistd.h>\nint plug(void) { return fsync(99) + 1; }\n' >plugin.c
    for one in first second; do
        ${CC:-cc} -O1 -shared -fPIC plugin.c -o $one.so 2>plugin.log || fail "$(cat plugin.log)"
    done
    program plugs <<'END' || fail "$(cat plugs.log)"
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
    for (int i = 0; i < 4; ++i) {
        void* const plugin = dlopen(i % 2 == 0 ? "./first.so" : "./second.so", RTLD_NOW);
        int (*const plug)(void) = (int (*)(void))dlsym(plugin, "plug");
        printf("%p\n", (void*)plug);
        plug();
        dlclose(plugin);
    }
    return 0;
}
END
}

# planted FLAG…: a program with two mistakes, which it says where they stand; -DPAUSE=N: each run takes N microseconds.
planted() {
    program planted "$@" <<'END' || fail "cc: $(cat planted.log)"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    char bytes[64];
#ifdef PAUSE
    usleep(PAUSE);
#endif
    const int in = open("in.txt", O_RDONLY);
    if (in < 0) { write(2, "no input\n", 9); return 1; }
    const ssize_t got = read(in, bytes, sizeof bytes); /* a failure counts as an empty file */
    char* const name = malloc(16);                     /* and this is not looked at */
    strcpy(name, "out.txt");
    const int out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) { write(2, "no output\n", 10); return 1; }
    if (got > 0 && write(out, bytes, (size_t)got) != got) { write(2, "sorry\n", 6); return 1; }
    return 0;
}
END
}

# writer: a program that writes its arguments, each by a call of its own, and prints what failed on standard error. It ends
# with the number of failures.
writer() {
    program writer <<'END' || fail "cc: $(cat writer.log)"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int count, char** words)
{
    int failures = 0;
    for (int i = 1; i < count; ++i)
        if (write(1, words[i], strlen(words[i])) < 0) {
            fprintf(stderr, "%s: %s\n", words[i], strerrorname_np(errno));
            ++failures;
        }
    return failures;
}
END
}

# same_events REPORT REPORT: two runs had the same faults, whatever the moment and wherever in the code. At least ten, so
# that nothing is not the same as nothing.
same_events() {
    python3 - "$@" <<'END' || fail "not the same events in $*"
import json, sys
def events(path):
    found = []
    for process in json.load(open(path))["processes"]:
        for event in process["events"]:
            for key in ("time", "site", "caller", "call"):
                event.pop(key, None)
            found.append((process["process"]["lineage"], json.dumps(event, sort_keys=True)))
    return sorted(found)
first, second = events(sys.argv[1]), events(sys.argv[2])
if len(first) < 10 or first != second:
    sys.exit(f"{len(first)} and {len(second)} events; the first that differ: "
             f"{next(((a, b) for a, b in zip(first, second) if a != b), None)}")
END
}
