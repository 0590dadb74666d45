# One fault over all that makes data last is a sweep: the n-th of these steps, whichever it is, is where the power goes,
# torn where it is a write.
. "${0%/*}/lib.sh"

program save <<'END' || fail "cc: $(cat save.log)"
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    const int fd = open("new", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (write(fd, "12345678", 8) != 8 || pwrite(fd, "abcd", 4, 8) != 4) return 1;
    return fsync(fd) != 0 || rename("new", "data") != 0 || unlink("journal") != 0;
}
END

# at STEP "TARGET MOMENT" NEW DATA JOURNAL: that step is the one, and this is what the next start finds ("-": no file).
at() {
    rm -f new
    echo old >data
    : >journal
    cat >plan.toml <<END
[[fault]]
name = "power"
functions = ["write", "pwrite", "fsync", "rename", "unlink"]
type = "crash"
moment = "torn"
status = 9
on = $1
END
    faultline run --report -o report.json -c plan.toml -- ./save
    expect 9
    holds report.json "[e['target'] + ' ' + e['moment'] for e in d['processes'][0]['events']] == ['$2']" \
        "d['processes'][0]['events'][0]['match'] == $1"
    [ "$(cat new 2>/dev/null || echo -)" = "$3" ] || fail "step $1: new is $(cat new)"
    is data "$4"
    [ "$5" = "$(ls journal 2>/dev/null || echo -)" ] || fail "step $1: the journal"
}
at 1 "write torn" 1234 old journal
at 2 "pwrite torn" 12345678ab old journal
at 3 "fsync before" 12345678abcd old journal
at 4 "rename before" 12345678abcd old journal
at 5 "unlink before" - 12345678abcd journal
