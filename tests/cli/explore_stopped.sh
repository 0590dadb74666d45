# An exploration that is interrupted says what it knows and leaves a journal to go on from; one that is killed leaves no
# program running, neither what it had started nor a daemon of that.
. "$(dirname "$0")/lib.sh"
needs_namespaces
program slow <<'END'
#include <stdlib.h>
#include <unistd.h>
/* A struck call makes it hang, and leaves a daemon; the pipe tells how many of both are left. */
int main(int argc, char** argv)
{
    for (int i = 0; i < 40; ++i) {
        void* const room = malloc(16 + (size_t)i);
        if (room == NULL) {
            if (fork() == 0) setsid();
            for (;;)
                pause();
        }
        free(room);
    }
    return argc > 9 && argv[0][0] == 0;
}
END
mkdir empty
mv slow empty

# runs: how many of the program's processes there are on this machine. A child of a fork server executes a file that was
# replaced since.
runs() {
    count=0
    for exe in /proc/[0-9]*/exe; do
        case $(readlink "$exe" 2>/dev/null) in "$work/here/empty/slow"* | */work/slow*) count=$((count + 1)) ;; esac
    done
    echo $count
}
# until COMMAND: waits for it to become true; the test's own time limit ends it otherwise.
until_true() { while ! "$@"; do sleep 0.05; done; }
some_run() { [ "$(runs)" -gt 0 ]; }
none_run() { [ "$(runs)" -eq 0 ]; }

"$FAULTLINE" explore -q -w empty -o out.d --timeout 60s -- ./slow >out 2>err </dev/null &
until_true some_run
kill -KILL $!
wait $! 2>/dev/null || true
until_true none_run
rm -rf "$TMPDIR"/*

"$FAULTLINE" explore -q -w empty -o out.d --timeout 60s -- ./slow >out 2>err </dev/null &
until_true some_run
kill -INT $!
status=0
wait $! || status=$?
until_true none_run
says out 'it was interrupted'
says out '--resume goes on'

# The time is for trying: a baseline that takes longer leaves some.
planted -DPAUSE=300000
mkdir unhurried
mv planted unhurried
echo hello >unhurried/in.txt
faultline explore -q -j1 -w unhurried -o unhurried.d --time 100ms -- ./planted
says out 'the time is up'
[ -s unhurried.d/journal.jsonl ] || fail 'the baseline has used up the time'
left_nothing
