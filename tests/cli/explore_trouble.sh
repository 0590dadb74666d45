# What is wrong with a command or the options of an exploration is said with its cause, and nothing is explored.
. "$(dirname "$0")/lib.sh"
faultline explore -- no-such-command
expect 127
says err 'no-such-command'
faultline explore
expect 125
says err 'there is no command'
faultline explore --try oom,ram -- true
expect 125
says err "there is no family 'ram' (there are oom, fd,"
faultline explore --fail-on broken -- true
expect 125
says err "there is no outcome 'broken'"
for option in '--time soon' '--timeout 5x' '--shard 4/3' '--shard x' '--jobs 0' '--depth 3' '--sample many' '--env =x' '--stdin none' '--on moon' '--shards 3' '--shards 0 --on slurm'; do
    # shellcheck disable=SC2086
    faultline explore $option -- true
    expect 125
    says err "${option%% *}"
done
faultline explore -w no-such-directory -- true
expect 125
says err 'no-such-directory'
echo '[]' >known.json
faultline explore --known known.json -- true
expect 125
says err 'known.json is no file that --accept has written'
faultline explore --absorb no-such-file -- true
expect 125
says err 'no-such-file cannot be read'

needs_namespaces
mkdir empty
# What changes in part is masked, and said; what cannot be compared at all ends it.
# shellcheck disable=SC2016 # for the inner shell
faultline explore -q -w empty -o out.d --time 1s -- sh -c 'echo at $(date +%N) now'
says out 'differs from run to run, and is masked: standard output'
# shellcheck disable=SC2016
faultline explore -q -w empty -o out.d -- sh -c 'exit $(($(date +%s%N) / 1000 % 97 + 1))'
expect 124
says err 'differs from run to run without any fault'
program does_nothing <<'END'
int main(void) { return 0; }
END
mv does_nothing empty
faultline explore -q -w empty --empty -o out.d -- ./does_nothing
expect 125
says err 'empty/does_nothing lies in the directory that each run finds empty'
faultline explore -q -w empty -o out.d -- ./does_nothing
expect 124
says err 'no call that can fail was seen'
faultline explore -q -w empty -o out.d --check false -- sh -c 'echo x'
expect 125
says err '--check fails without any fault'

# Standard input is a file, and else empty; there is no terminal; no file grows without an end.
echo words >words
for input in '--stdin words' ''; do
    # shellcheck disable=SC2086
    faultline explore -q -w empty -o out.d --try io --sample 3 $input -- cat
    expect 0
    [ "$(cat out.d/baseline/stdout)" = "${input#--stdin }" ] || fail "with '$input' something else is read"
done
faultline explore -q -w empty -o out.d --try io --sample 3 -- sh -c 'test -t 0 || exit 3'
expect 0
says out 'note: without any fault the command exits 3'
faultline explore -q -w empty -o out.d --try io --sample 3 -- truncate -s 2G large
expect 0
says out 'note: without any fault the command is killed by signal 25' # SIGXFSZ

# An output directory that fills up: told, and what stands in the journal is enough to go on.
if unshare --mount true 2>/dev/null; then
    planted -O1 -g
    mkdir small careless
    mv planted careless
    echo hello >careless/in.txt
    status=0
    unshare --mount sh -c 'mount -t tmpfs -o size=12k none small && "$FAULTLINE" explore -q -w careless -o small/out.d -- ./planted
        status=$?; cp small/out.d/journal.jsonl journal.jsonl; exit $status' >out 2>err || status=$?
    expect 125
    says err 'the journal cannot be written: No space left on device'
    mkdir again.d && cp journal.jsonl again.d
    faultline explore -q -w careless -o again.d --resume -- ./planted
    expect 1
    says out 'silent-wrong'
fi
left_nothing
