# Of a record's faults those are found that are needed for what came of them, and no others.
. "$(dirname "$0")/lib.sh"
# Ends with SIGSEGV where its 4th and its 9th write have failed, with 3 where its 6th has, and stops for good at the 2nd close.
program made <<'C'
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
int main(void)
{
    const int out = open("/dev/null", O_WRONLY);
    int failed[13] = {0};
    for (int i = 1; i <= 12; ++i)
        failed[i] = write(out, "x", 1) < 0;
    if (failed[4] && failed[9]) raise(SIGSEGV);
    if (close(-1), close(out) < 0) pause();
    if (failed[6]) {
        write(1, "six\n", 4);
        return 3;
    }
    return 0;
}
C
faultline run -f 'write:EIO,on=[2,"4..7",9,11]' -f 'open:delay=1ms' --report -o r.json -- ./made
expect 139
faultline minimise r.json --while signal=SEGV -o two.toml
expect 0
says out '2 of 8 faults needed'
says out 'write 4 of thread 0: errno EIO'
says out 'write 9 of thread 0: errno EIO'
faultline run -c two.toml --report -o two.json -- ./made
expect 139
holds two.json '[e["match"] for e in d["processes"][0]["events"]] == [4, 9]'

# By an exit status, by a command that looks at the output, and what has to be put back before each run.
faultline run -f 'write:EIO,on=[4,6,8,10]' --report -o three.json -- ./made
expect 3
faultline minimise three.json --while exit=3 -o one.toml
expect 0
says out '1 of 4 faults needed'
says out 'write 6 of thread 0'
# shellcheck disable=SC2016 # for the shell that it runs
faultline minimise three.json --before 'echo x >>before' --while 'grep -q six "$FAULT_OUTPUT" && [ $FAULT_EXIT = 3 ]' -o one.toml
expect 0
says out 'write 6 of thread 0'
[ "$(wc -l <before)" -gt 2 ] || fail '--before has not run before each run'
faultline run -f 'close:EIO,on=2' -f 'write:EIO,on=1' --report -o hang.json -- timeout 0.3 ./made
faultline minimise hang.json --timeout 300ms --while hang -o hang.toml -- ./made
expect 1 # of this command the processes stand elsewhere in the tree
says err 'the condition does not hold'

# A condition that does not hold, holds anyway, or is none.
faultline minimise three.json --while exit=4
expect 1
says err 'with all 4 faults of the record the condition does not hold: it exited 3'
faultline minimise three.json --while true -o none.toml
expect 1
says out 'without any fault the condition holds as well'
faultline minimise three.json --while signal=NOPE
expect 125
says err "'NOPE' is no signal"
faultline minimise three.json
expect 125
says err 'say what has to hold still'
faultline minimise three.json --before false --while exit=3
expect 125
says err "--before 'false' exited 1"
faultline minimise three.json --while ./not-there
expect 125
says err 'cannot be run'
left_nothing
