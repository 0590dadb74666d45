# A ledger that was cut short or written over before the run ends: the run says which, counts the rest, and passes the
# program's status on.
. "${0%/*}/lib.sh"
program damager <<'END2' || fail "cc: $(cat damager.log)"
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char** argv)
{
    char pattern[400], nonsense[100];
    memset(nonsense, 255, sizeof nonsense);
    if (write(1, "a", 1) >= 0 || argc != 2) return 9;
    snprintf(pattern, sizeof pattern, "%s/*.live", getenv("FAULT_RUN"));
    glob_t found;
    if (glob(pattern, 0, 0, &found) != 0) return 9;
    const int file = open(found.gl_pathv[0], O_RDWR);
    if (strcmp(argv[1], "cut") == 0 && ftruncate(file, 8000) != 0) return 9;
    if (strcmp(argv[1], "overwritten") == 0 && pwrite(file, nonsense, sizeof nonsense, 24) != sizeof nonsense) return 9;
    if (strcmp(argv[1], "gone") == 0) unlink(found.gl_pathv[0]);
    raise(SIGKILL);
}
END2
for damage in 'cut:is cut short' 'overwritten:is damaged' 'gone:is gone'; do
    faultline run -f 'write:EIO' -- ./damager ${damage%%:*}
    expect 137
    says err "${damage#*:}"
    says err 'warning: '
done
