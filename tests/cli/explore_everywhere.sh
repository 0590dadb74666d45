# A state of the machine: what survives each error by itself, and not a disk that is full from then on, is found, also in a
# tree of processes and through the kernel's door; the finding is repeated by its line, its script and its record.
. "$(dirname "$0")/lib.sh"
needs_namespaces
program spill <<'END' || fail "cc: $(cat spill.log)"
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
static int put(int fd, const char* bytes, size_t count)
{
    if (write(fd, bytes, count) == (ssize_t)count) return 0;
    return pwrite(fd, bytes, count, 0) == -2; /* no failure of the second way is looked at */
}
int main(int count, char** arguments)
{
    (void)arguments;
    const pid_t child = count > 1 ? fork() : 0; /* which does it */
    if (child != 0) {
        int status = 0;
        if (child < 0 || wait(&status) < 0) return write(2, "no child\n", 9) < 0 ? 2 : 1;
        return status != 0;
    }
    const int out = open("out.txt", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out < 0) return write(2, "cannot open\n", 12) < 0 ? 2 : 1;
    return put(out, "alpha\n", 6);
}
END
mkdir work
mv spill work

faultline explore -q -w work -o out.d -- ./spill
expect 1
is_found='[f["strikes"][0]["persistence"] for f in d["findings"] if f["class"] == "silent-wrong"] == ["everywhere"]'
holds out.d/findings.json "$is_found" 'len(d["findings"]) == 1' 'd["findings"][0]["strikes"][0]["function"] == "write"' \
    'd["findings"][0]["repeated"] == 3'
python3 - <<'END' || fail 'other errors than those of a state of the machine are struck everywhere'
import json
strikes = [point["strikes"][0] for point in map(json.loads, open("out.d/journal.jsonl"))]
tried = {strike["errno"] for strike in strikes if strike["persistence"] == "everywhere"}
assert tried == {"ENOMEM", "ENOSPC", "EDQUOT", "EROFS", "EIO"} & {strike["errno"] for strike in strikes}, tried
END
error=$(python3 -c 'import json; print(json.load(open("out.d/findings.json"))["findings"][0]["strikes"][0]["errno"])')
says out "$error, everywhere"
line=$(grep -o 'faultline run -f write:.*' out) || fail 'there is no line that repeats it'
says out "name=strike-1 -f '@$error,!@net,!@memory,!@thread:$error,after_fault=strike-1' -- ./spill"
cp -a work once
(cd once && eval "\"$FAULTLINE\" ${line#faultline}" >../out 2>../err) || fail 'the line ends otherwise'
says err '2 faults injected'
[ -e once/out.txt ] && [ ! -s once/out.txt ] || fail 'the line does not repeat it'
status=0
sh out.d/findings/silent-wrong-1/repro.sh >out 2>err || status=$?
expect 0
says err '2 faults injected'
rm -rf "$(sed -n 's/^in //p' err)"
faultline replay out.d/findings/silent-wrong-1
expect 0
says err 'silent-wrong: out.txt is empty'
faultline minimise out.d/findings/silent-wrong-1 -o least.toml
expect 0
says out 'nothing of it can be left out'

# A child's fault begins what waits in the whole tree.
faultline explore -q -w work -o tree.d -- ./spill child
expect 1
holds tree.d/findings.json "$is_found"

[ "$(uname -m)" = x86_64 ] || skip 'the kernel'"'"'s door is for x86-64; the rest passed'
faultline explore -q --door kernel -w work -o door.d -- ./spill
expect 1
holds door.d/findings.json "$is_found"
left_nothing
