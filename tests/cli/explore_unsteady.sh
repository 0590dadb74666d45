# What a command does otherwise by itself once the baseline is long over (a counter, a full disk) is no finding: it is
# masked from where it is seen, and said. What is really wrong is found all the same.
. "$(dirname "$0")/lib.sh"
needs_namespaces
# Counts its runs in a file elsewhere. From some run on it prints another line, or exits with another status.
program turning <<'END' || fail "cc: $(cat turning.log)"
#include "raw.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char** argv)
{
    const long fd = raw_words(SYS_open, (long)argv[1], O_RDWR | O_CREAT | O_APPEND, 0644, 0, 0, 0);
    raw_words(SYS_write, fd, (long)"x", 1, 0, 0, 0);
    const long runs = raw_words(SYS_lseek, fd, 0, SEEK_CUR, 0, 0, 0);
    access("optional", R_OK); /* whatever it says */
    char* const careless = malloc(8);
    if (!careless) return 0; /* without a word, and without its file */
    free(careless);
    const int out = open("made", O_WRONLY | O_CREAT, 0644);
    if (out < 0) { write(2, "no file\n", 8); return 1; }
    if (close(out) < 0) { write(2, "no close\n", 9); return 1; }
    if (runs <= atol(argv[2])) return write(1, "early\n", 6) != 6;
    if (argc > 3) return 3;
    return write(1, "late\n", 5) != 5;
}
END
mkdir work
mv turning work
faultline explore -q -w work -o out.d --fail-on none -- ./turning "$PWD/runs" 15
expect 0
says out 'differs without any fault from what it was at first, and is masked since that was seen: standard output:'
holds out.d/findings.json '[f["detail"] for f in d["findings"] if f["class"] == "silent-wrong"] == ["made is missing"]' \
    'all(f["repeated"] == f["tried"] for f in d["findings"])'
# Where nothing can be compared any more, nothing is held against it.
rm runs
faultline explore -q -w work -o out.d --fail-on none -- ./turning "$PWD/runs" 15 status
expect 0
says out 'without any fault it exits 3 by now, and no longer exits 0'
says_not out 'mute-fail  '
grep -q '[0-9] unstable' out || fail 'no point counts as unstable'
left_nothing
