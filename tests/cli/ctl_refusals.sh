# What cannot be done is said in one line, and nothing is done: processes that are gone, or cannot be changed; faults that
# are not there or written wrongly; control files that are damaged or of another version.
. "${0%/*}/ctl_lib.sh"
steps
sh -c 'exit 0' &
gone=$!
wait $gone
refuses "there is no process $gone" $gone
refuses "runs without Faultline" $$
refuses "there is no process named 'no-such-program'" no-such-program
refuses 'there is no run in this directory' "$work/here"
refuses 'the run has ended' "$work/here/gone/"

begin -f 'open,open64:errno=EACCES,on=100,name=door'
refuses "did you mean 'enable'?" "$pid" enabel door
refuses "there is no fault 'dor' (there are door)" "$pid" disable dor
refuses "unknown errno 'ENOSUCH'" "$pid" add 'write:errno=ENOSUCH'
refuses 'there is a fault' "$pid" add 'write:errno=EIO,name=door'
refuses 'set door: ' "$pid" set door probability=7
refuses "a name must not contain '~'" "$pid" add 'write:errno=EIO,name=a~1'
refuses 'needs a plan that the run begins with' "$pid" add 'clock_gettime:clock,offset=1h'
refuses 'quiet soon: ' "$pid" quiet soon
refuses 'holds nothing' "$pid" release door
refuses 'it is: set NAME KEY=VALUE' "$pid" set door
refuses 'there is no such file' "$pid" load missing.toml
ctl list --json
holds out 'len(d) == 1' 'd[0]["enabled"]'
ctl status --json
holds out 'd["generation"] == 0'

# A process behind seccomp keeps its plan, and that is said.
step s ok
faultline ctl "$pid" disable door
expect 1
says err 'seccomp'

# A control file that is damaged: ctl refuses it, and so does a program that begins under it.
printf 'X' | dd of="$run/control" bs=1 seek=0 conv=notrunc 2>/dev/null
refuses 'damaged' "$run" list
printf '\033' | dd of="$run/control" bs=1 seek=0 conv=notrunc 2>/dev/null
ctl list
mkdir other && head -c 100 "$run/control" >other/control
printf 'X' | dd of="$run/control" bs=1 seek=8 conv=notrunc 2>/dev/null
refuses 'of another version' "$run" list
FAULT_CONTROL=$run/control "$FAULTLINE" run -q -f write:EIO -- true || fail 'a run is not its own master'
status=0
LD_PRELOAD=$LIB FAULT_CONFIG=$run/plan FAULT_CONTROL=$PWD/other/control /bin/true 2>err || status=$?
expect 125
says err 'damaged'
end

faultline run --control --door kernel -- true
expect 125
says err "cannot be changed while it goes on"
faultline run -f write:EIO -q -- sh -c "exec \"$FAULTLINE\" ctl \$\$"
expect 125
says err 'cannot be changed while it runs'
left_nothing
