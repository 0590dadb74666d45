# A command that writes where all runs meet is told so: which paths, and what cures it. What each run has of its own, what
# is only read and what keeps nothing is not named.
. "$(dirname "$0")/lib.sh"
needs_namespaces
program scribe <<'END' || fail "cc: $(cat scribe.log)"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void touch(const char* path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0 || write(fd, "x", 1) != 1 || close(fd) != 0) exit(1);
}
int main(int argc, char** paths)
{
    char path[4096];
    touch("inside");
    snprintf(path, sizeof path, "%s/temporary", getenv("TMPDIR"));
    touch(path);
    touch("/dev/null");
    FILE* const read_only = fopen("/etc/passwd", "r");
    if (!read_only || fgetc(read_only) == EOF || fclose(read_only) != 0) return 1;
    if (argc < 2) return 0;
    touch(paths[1]);
    if (chdir(paths[2]) != 0 || mkdir("below", 0755) != 0 || rmdir("below") != 0) return 1;
    snprintf(path, sizeof path, "%s/goneXXXXXX", paths[2]);
    const int fd = mkstemp(path);
    if (fd < 0 || close(fd) != 0 || unlink(path) != 0) return 1;
    FILE* const stream = fopen(paths[3], "w");
    return !stream || fclose(stream) != 0;
}
END
mkdir work elsewhere
mv scribe work
faultline explore -q -w work -o out.d --time 2s -- ./scribe
says_not out 'it writes where all runs meet'
faultline explore -q -w work -o out.d --time 2s -- ./scribe "$PWD/count" "$PWD/elsewhere" "$PWD/elsewhere/stream"
says out "it writes where all runs meet, and what becomes of it there is not compared: $PWD/count, below (mkdir), below (rmdir), $PWD/elsewhere/ (for a time) and 1 more"
says out '--workdir'
says out 'HOME or TMPDIR'
faultline explore -q -w work -o out.d --time 2s -- sh -c ": >$PWD/elsewhere/made; rm -f $PWD/elsewhere/stream"
says out "is not compared: $PWD/elsewhere/made, $PWD/elsewhere/stream ("
# A directory that holds all of it cures it, and so does one of the run's own.
faultline explore -q -w . -o "$work/out.d" --time 2s -- work/scribe "$PWD/count" "$PWD/elsewhere" "$PWD/elsewhere/stream"
says_not out 'it writes where all runs meet'
left_nothing
