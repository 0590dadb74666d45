# A campaign on a real Slurm: munged, slurmctld and two slurmd on the loopback interface, with keys, sockets, ports, spool and
# logs of their own below one directory, which goes with them. One task is cancelled and one slurmd is killed with its job
# on the way; what is found at the end is byte for byte what one machine finds. So it is with a search of power cuts, of
# which a task is cancelled, and then the campaign itself. Needs root and Debian's munge, slurmctld,
# slurmd and slurm-client.
. "$(dirname "$0")/../cli/lib.sh"
[ "$(id -u)" = 0 ] || skip 'slurmd and munged have to be started by root here'
PATH=$PATH:/usr/sbin
for each in munged munge slurmctld slurmd sbatch squeue; do
    command -v $each >/dev/null || skip "$each is missing (munge slurmctld slurmd slurm-client)"
done
unshare --mount --pid --fork true 2>/dev/null || skip "the kernel allows no namespaces here"
# As Slurm itself binds them: what is left of connections that have ended is not in the way.
/usr/bin/python3 -c 'import socket; [socket.create_server(("127.0.0.1", port)) for port in (17000, 17001, 17002)]' 2>/dev/null ||
    skip 'a port of 17000 to 17002 is in use'

slurm=$work/slurm
mkdir "$slurm" "$slurm/state" "$slurm/spool1" "$slurm/spool2"
daemons=
# until COMMAND…: waits for it to become true; the test's own time limit ends it otherwise.
until_true() { while ! "$@" >/dev/null 2>&1; do sleep 0.1; done; }
# ours: the processes whose command line names our directory, for what slurmd has started is no child of this shell.
ours() {
    for each in /proc/[0-9]*/cmdline; do
        ! { tr '\0' ' ' <"$each"; } 2>/dev/null | grep -qF "$work/" || echo "$each" | tr -dc '0-9\n'
    done
}
clean_up() {
    scancel -u root 2>/dev/null || :
    # In the reverse order: the daemons, then what they had started. This shell is none of them.
    for signal in TERM KILL; do
        for pid in $daemons $(ours); do [ "$pid" = $$ ] || kill -$signal "$pid" 2>/dev/null || :; done
        [ $signal = KILL ] || sleep 0.5
    done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

dd if=/dev/urandom of="$slurm/key" bs=64 count=1 2>/dev/null
chmod 400 "$slurm/key"
munged --foreground --force --socket="$slurm/munge" --key-file="$slurm/key" --log-file="$slurm/munged.log" \
    --pid-file="$slurm/munged.pid" --seed-file="$slurm/seed" 2>"$slurm/munged.err" &
daemons="$!"
cat >"$slurm/slurm.conf" <<END
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=17000
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool-%n
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd-%n.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd-%n.log
ReturnToService=2
MailProg=/bin/true
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmdTimeout=5
SlurmctldTimeout=10
KillWait=1
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=17001 CPUs=2
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=17002 CPUs=2
PartitionName=all Nodes=n[1-2] Default=YES State=UP
END
export SLURM_CONF="$slurm/slurm.conf"
until_true munge --socket="$slurm/munge" --no-input
slurmctld -D -i 2>"$slurm/slurmctld.err" &
daemons="$! $daemons"
slurmd -D -N n1 2>"$slurm/n1.err" &
first=$!
slurmd -D -N n2 2>"$slurm/n2.err" &
daemons="$first $! $daemons"
idle() { [ "$(sinfo --noheader --format '%D %t')" = '2 idle' ]; }
until_true idle

# A program with findings, slow enough to be caught at work: each run takes a fifth of a second.
planted -g -DPAUSE=200000
mkdir explored
mv planted explored
echo hello >explored/in.txt

# What the queue refuses is told in its own words.
faultline explore -q -w explored -o large.d --on slurm --shards 5000 -- ./planted
expect 125
says err 'sbatch refuses the 5000 tasks: sbatch: error:'
says err 'an array has at most 1,001 tasks'

"$FAULTLINE" explore -q -w explored -o campaign.d --on slurm --shards 4 -- ./planted >campaign.out 2>campaign.err </dev/null &
campaign=$!
# running NODE: the number and task of a job there that has begun to write its journal.
running() {
    squeue --noheader --array --states R --format '%i %K %N' | while read -r job task node; do
        [ "$node" = "$1" ] && [ -s "campaign.d/shards/$task.1/journal.jsonl" ] && echo "$job $task" && break
    done
}
works() { [ -n "$(running "$1")" ]; }
until_true works n2
# shellcheck disable=SC2046 # words are wanted
set -- $(running n2)
cancelled=$2
scancel "$1"
until_true works n1
# shellcheck disable=SC2046 # words are wanted
set -- $(running n1)
lost=$2
kill -KILL $first
# The machine is gone: nothing that it had started is left either.
for pid in $(ours); do
    ! { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -q "shards/$lost\\.1\\|slurmstepd.*n1" || kill -KILL "$pid" 2>/dev/null || :
done
status=0
wait $campaign || status=$?
cp campaign.out out && cp campaign.err err
expect 1
says err "shard $cancelled, attempt 1: its task left the queue without a word"
says err "shard $lost, attempt 1: "

# The shards went on with what their first attempts had done.
for shard in $cancelled $lost; do
    /usr/bin/python3 - campaign.d/shards "$shard" <<'END' || fail "shard $shard began anew"
import pathlib, sys
attempts = sorted(pathlib.Path(sys.argv[1]).glob(sys.argv[2] + ".*"), key=lambda each: int(each.suffix[1:]))
before, after = ((each / "journal.jsonl").read_text() for each in (attempts[0], attempts[-1]))
whole = before[: before.rfind("\n") + 1]
sys.exit(not (whole and after.startswith(whole)))
END
done
faultline explore -q -w explored -o whole.d -- ./planted
expect 1
cmp whole.d/findings.json campaign.d/findings.json || fail 'the campaign has found something else'

# What is done is not done again.
ls campaign.d/shards >before
faultline explore -q -w explored -o campaign.d --on slurm --shards 4 --resume -- ./planted
expect 1
# shellcheck disable=SC2012 # names that we gave
ls campaign.d/shards | cmp - before || fail 'shards were submitted again'
cmp whole.d/findings.json campaign.d/findings.json || fail 'the campaign that went on has found something else'

# One that is interrupted leaves nothing in the queue, and says how it goes on.
"$FAULTLINE" explore -q -w explored -o stopped.d --on slurm --shards 2 -- ./planted >out 2>err </dev/null &
campaign=$!
queued() { [ -n "$(squeue --noheader --format %i)" ]; }
until_true queued
kill -INT $campaign
status=0
wait $campaign || status=$?
expect 125
says err 'it was interrupted (--resume goes on)'
none_queued() { [ -z "$(squeue --noheader --format %i)" ]; }
until_true none_queued

# A search of power cuts, with its output below the files that it follows. Each check tells its state.
cat >update.py <<'END'
import os
for name in 'abc':
    f = os.open('t', os.O_CREAT | os.O_WRONLY | os.O_TRUNC); os.write(f, name.encode() * 5000); os.close(f); os.rename('t', name)
END
mkdir lossy
fresh() { rm -rf lossy/* && for f in a b c; do echo old >lossy/$f; done; }
export CHECKED="$PWD/checked"
# shellcheck disable=SC2016 # for the shell that it runs
check='echo $FAULT_STATE >>"$CHECKED"; sleep 0.2
       for f in a b c; do s=$(wc -c <$f); test "$s" = 4 || test "$s" = 5000 || exit 11; done
       test ! -s "$FAULT_ACKED" || test "$s" = 5000 || exit 10'
left=lossy/faultline-powerloss
search() { exec env -C lossy "$@" --model ext4,ext4-noauto --check "$check" -- python3 ../update.py; }
fresh
search "$FAULTLINE" powerloss -q --on slurm --shards 2 >out 2>err </dev/null &
campaign=$!
# halfway: a task with a shard of which some states are checked, besides those of the run's ends.
halfway() {
    squeue --noheader --array --states R --format '%i %K' | while read -r job task; do
        [ "$(wc -l <"$left/shards/$task.1/verdicts.jsonl")" -ge 6 ] && echo "$job $task" && break
    done
}
is_halfway() { [ -n "$(halfway)" ]; }
until_true is_halfway
# shellcheck disable=SC2046 # words are wanted
set -- $(halfway)
cancelled=$2
scancel "$1"
until_true [ -s "$left/shards/$cancelled.2/verdicts.jsonl" ]
kill -INT $campaign
status=0
wait $campaign || status=$?
expect 125
says err "shard $cancelled, attempt 1: "
says err 'it was interrupted (--resume goes on)'
until_true none_queued

env -C lossy "$FAULTLINE" powerloss -q --on slurm --resume --check true -- python3 ../update.py >out 2>err </dev/null && fail 'another campaign goes on'
says err '--resume: that is another campaign: '
recorded=$(stat -c %i $left/recording/log)
status=0
(search env TERM=xterm /usr/bin/python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' \
    "$FAULTLINE" powerloss --on slurm --shards 2 --resume >out 2>err </dev/null) || status=$?
expect 1
grep -q '2 of 2 shards done  0 running  0 waiting  [0-9]* checks' out || fail 'it is not told how far it is'
[ "$(stat -c %i $left/recording/log)" = "$recorded" ] || fail 'the command was recorded again'
# What a task was at when it ended is checked again, and nothing else: at most one state for each of the three.
states=$(/usr/bin/python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1]))["states"]))' $left/powerloss.json)
[ "$(grep -vx "0\|$states" checked | sort | uniq -d | wc -l)" -le 3 ] || fail 'states were checked again'
mv $left searched.d
fresh
status=0
(search "$FAULTLINE" powerloss -q -o ../alone.d >out 2>err </dev/null) || status=$?
expect 1
cmp alone.d/powerloss.json searched.d/powerloss.json || fail 'the search on Slurm has found something else'
