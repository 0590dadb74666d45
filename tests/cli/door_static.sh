# A static program goes through the kernel's door by itself, and the summary says so; --door preload refuses it.
. "${0%/*}/lib.sh"
cat >main.c <<'END'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    int fd = open("there", O_RDONLY);
    printf("%d\n", fd < 0 ? errno : 0);
    return 0;
}
END
echo >there
program still -static <main.c || skip 'there is no static libc'
faultline run --seed 1 -f 'open:errno=EMFILE,path=**/there' -- ./still
expect 0
is out 24
says err "through the kernel's door, for it is statically linked"
says err 'EMFILE 1'
faultline run --door preload -f 'write:EIO' -- ./still
expect 125
says err 'faultline: ./still: it is statically linked: there is no loader that could preload libfaultline.so into it'
says err '--door kernel'
program pie -static-pie <main.c || exit 0
faultline run --door preload -f 'write:EIO' -- ./pie
expect 125
says err 'faultline: ./pie: it is statically linked'
faultline run -q --seed 1 -f 'open:errno=EMFILE' -- ./pie
expect 0
is out 24
left_nothing
