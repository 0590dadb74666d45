# The program's command line is its own: options, a "--" in it, its name, and no "--" before it at all.
. "${0%/*}/lib.sh"
program show <<'END' || fail "cc: $(cat show.log)"
#include <stdio.h>
int main(int count, char** words)
{
    for (int i = 0; i < count; ++i)
        printf("[%s]", words[i]);
    return 0;
}
END
faultline run -f 'write:EIO,on=99' -- ./show --seed -c -- x ''
is out '[./show][--seed][-c][--][x][]'
faultline run -f 'write:EIO,on=99' ./show -f a -- b
is out '[./show][-f][a][--][b]'
printf 'exec ./show "$@"\n' >script && chmod +x script # no first line: a shell's
faultline run -f 'write:EIO,on=99' -- ./script a
is out '[./show][a]'
